/** How the streams of a client are bounded. */
export interface StreamingFetchOptions {
  fetch: typeof fetch;
  /** The longest until the answer begins. */
  openMs: number;
  /** The longest time without a byte; asked for anew with each. */
  idleMs: () => number;
  /** Ends the stream; whoever reads it aborts it when done. */
  signal: AbortSignal;
}

/** A `fetch` for answers that do not end, which notices when the other side is dead. */
export function streamingFetch(options: StreamingFetchOptions): typeof fetch {
  const { fetch: fetchApi, openMs, idleMs, signal } = options;
  return async (input, init = {}) => {
    const dead = new AbortController();
    const giveUp = (ms: number) =>
      setTimeout(
        () => dead.abort(new Error(`nothing was heard for ${ms / 1000} s`)),
        ms,
      );
    let timer = giveUp(openMs);
    const stopWatching = () => clearTimeout(timer);
    signal.addEventListener('abort', stopWatching, { once: true });
    const signals = [dead.signal, signal, init.signal].filter(
      candidate => candidate instanceof AbortSignal,
    );
    let answer: Response;
    try {
      answer = await fetchApi(input, {
        ...init,
        signal: AbortSignal.any(signals),
      });
    } catch (error) {
      stopWatching();
      throw error;
    }
    const watched = answer.body?.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          stopWatching();
          timer = giveUp(idleMs());
          controller.enqueue(chunk);
        },
        flush: stopWatching,
      }),
    );
    return new Response(watched ?? null, {
      status: answer.status,
      statusText: answer.statusText,
      headers: answer.headers,
    });
  };
}
