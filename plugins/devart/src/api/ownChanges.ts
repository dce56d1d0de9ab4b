const listeners = new Set<() => void>();

/** Hears, until the returned function is called, when somebody has changed something in this browser. */
export function onOwnChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells everything on the page that something was changed here. */
export function announceOwnChange(): void {
  for (const listener of listeners) {
    listener();
  }
}
