/** How the calls of a client are bounded. */
export interface BoundedFetchOptions {
  fetch: typeof fetch;
  /** The longest a call may take, its body included. */
  timeoutMs: number;
  /** Ends all calls. */
  signal?: AbortSignal;
  /** W3C trace context of every call, asked for at each. */
  traceparent?: () => string | undefined;
}

/**
 * A `fetch` whose calls always end: with the whole answer, when their time is
 * over, or when a signal is aborted.
 */
export function boundedFetch(options: BoundedFetchOptions): typeof fetch {
  const { fetch: fetchApi, timeoutMs, signal, traceparent } = options;
  return async (input, init = {}) => {
    const deadline = new AbortController();
    const timer = setTimeout(
      () => deadline.abort(new Error(`no answer within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    const signals = [deadline.signal, signal, init.signal].filter(
      candidate => candidate instanceof AbortSignal,
    );
    const headers = new Headers(init.headers);
    const parent = traceparent?.();
    if (parent) {
      headers.set('traceparent', parent);
    }
    try {
      const answer = await fetchApi(input, {
        ...init,
        headers,
        signal: AbortSignal.any(signals),
      });
      // Read here, since a body can stall as well.
      const body = await answer.arrayBuffer();
      return new Response(body.byteLength > 0 ? body : null, {
        status: answer.status,
        statusText: answer.statusText,
        headers: answer.headers,
      });
    } finally {
      clearTimeout(timer);
    }
  };
}
