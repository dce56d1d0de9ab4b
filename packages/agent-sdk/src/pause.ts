/** Waits, at most until the signal is aborted. Never throws. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) {
    return;
  }
  let end: () => void = () => {};
  const ended = new Promise<void>(resolve => {
    end = resolve;
  });
  const timer = setTimeout(end, ms);
  signal?.addEventListener('abort', end);
  await ended;
  clearTimeout(timer);
  signal?.removeEventListener('abort', end);
}
