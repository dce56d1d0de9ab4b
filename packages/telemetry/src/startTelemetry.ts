import type { NodeSDK } from '@opentelemetry/sdk-node';

/**
 * Sends spans and metrics to a collector when the environment names one, in the
 * variables of OpenTelemetry: `OTEL_EXPORTER_OTLP_ENDPOINT` and its relatives,
 * `OTEL_TRACES_SAMPLER`, `OTEL_RESOURCE_ATTRIBUTES` and so on. Answers what was
 * started, for its `shutdown`; undefined when no collector is named.
 *
 * @param options - `serviceName`: what the process is called unless `OTEL_SERVICE_NAME` says it
 * @public
 */
export function startTelemetry(
  environment: Record<string, string | undefined>,
  options: { serviceName: string },
): NodeSDK | undefined {
  const isWanted =
    environment.OTEL_SDK_DISABLED !== 'true' &&
    [
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
      'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
    ].some(name => environment[name]);
  if (!isWanted) {
    return undefined;
  }
  // Loaded only where it is used: it is large.
  const { NodeSDK: Sdk } =
    require('@opentelemetry/sdk-node') as typeof import('@opentelemetry/sdk-node');
  const sdk = new Sdk({
    serviceName: environment.OTEL_SERVICE_NAME ?? options.serviceName,
  });
  sdk.start();
  return sdk;
}
