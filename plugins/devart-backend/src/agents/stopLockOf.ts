/** The name of the lock under which an agent, or all of an organisation, is stopped. */
export function stopLockOf(id: string): string {
  return `devart stop ${id}`;
}
