import { AsyncLocalStorage } from 'node:async_hooks';

const depths = new AsyncLocalStorage<number>();

/**
 * Does something that a run of a workflow causes: every event that comes of it
 * says how many runs lie before it, so that workflows that start each other in a
 * circle come to an end.
 *
 * @param depth - how many runs lie before what is done, the one that does it included
 */
export function causedByRun<T>(
  depth: number,
  work: () => Promise<T>,
): Promise<T> {
  return depths.run(depth, work);
}

/** How many runs lie before what is being done; 0 for what people and agents do. */
export function causeDepth(): number {
  return depths.getStore() ?? 0;
}
