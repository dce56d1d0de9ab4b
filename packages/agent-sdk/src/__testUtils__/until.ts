/** Waits until something holds. */
export async function until(
  what: string,
  holds: () => boolean,
  timeoutMs: number = 8000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!holds()) {
    if (Date.now() > deadline) {
      throw new Error(`Waited in vain until ${what}`);
    }
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}
