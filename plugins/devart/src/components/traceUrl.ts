const TRACE_ID = /^[0-9a-f]{32}$/;
const WEB_ADDRESS = /^https?:\/\//;

/**
 * Where a trace can be seen: the template of `devart.tracing.urlTemplate` with
 * the id in the place of `{traceId}`; undefined when that makes no address.
 */
export function traceUrl(
  template: string | undefined,
  traceId: string,
): string | undefined {
  return template && WEB_ADDRESS.test(template) && TRACE_ID.test(traceId)
    ? template.replaceAll('{traceId}', traceId)
    : undefined;
}
