import type { MetricsService } from '@backstage/backend-plugin-api/alpha';
import type { AskedCall, PlannedCall } from './CallPlanner';
import type { Usage } from './metering/Usage';

/** The buckets that the OpenTelemetry conventions give for tokens and seconds. */
const TOKEN_BUCKETS = [
  1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304,
];
const SECOND_BUCKETS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48,
  40.96, 81.92,
];

/** Calls of models in the portal's metrics, as the OpenTelemetry conventions name them. */
export class GatewayMetrics {
  readonly #tokens;
  readonly #duration;
  readonly #refusals;

  constructor(metrics: MetricsService) {
    this.#tokens = metrics.createHistogram('gen_ai.client.token.usage', {
      description: 'Tokens of the calls of models',
      unit: '{token}',
      advice: { explicitBucketBoundaries: TOKEN_BUCKETS },
    });
    this.#duration = metrics.createHistogram(
      'gen_ai.client.operation.duration',
      {
        description: 'How long calls of models took, to their last byte',
        unit: 's',
        advice: { explicitBucketBoundaries: SECOND_BUCKETS },
      },
    );
    this.#refusals = metrics.createCounter('devart.gateway.refusals', {
      description: 'Calls of models for which nobody could pay',
      unit: '{call}',
    });
  }

  /** @param reason - why nobody could pay */
  refused(reason: string, outcome: 'paused' | 'rejected'): void {
    this.#refusals.add(1, { reason, outcome });
  }

  record(
    plan: PlannedCall,
    call: AskedCall,
    end: { seconds: number; usage?: Usage; error?: string },
  ): void {
    const labels = {
      'gen_ai.operation.name': call.endpoint.operation,
      'gen_ai.provider.name': plan.found.upstream.provider,
      'gen_ai.request.model': plan.found.model.name,
    };
    this.#duration.record(
      end.seconds,
      end.error ? { ...labels, 'error.type': end.error } : labels,
    );
    if (end.usage) {
      this.#tokens.record(end.usage.inputTokens, {
        ...labels,
        'gen_ai.token.type': 'input',
      });
      if (call.endpoint.hasOutput) {
        this.#tokens.record(end.usage.outputTokens, {
          ...labels,
          'gen_ai.token.type': 'output',
        });
      }
    }
  }
}
