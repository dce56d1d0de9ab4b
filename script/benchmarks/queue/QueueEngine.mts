/** How tasks are taken and acknowledged. */
export type DrainMode = 'batched' | 'single';

/** Tasks that one call takes and acknowledges in the batched mode. */
export const BATCH = 500;
/** Loops that take and acknowledge batches, where an engine leaves that to its user. */
export const BATCH_LOOPS = 4;
/** Loops that take and acknowledge tasks one by one, the same for all engines. */
export const SINGLE_LOOPS = 10;

/** How soon a task was begun, in milliseconds from the call that added it. */
export interface Start {
  /** Until its handler started. */
  startedMs: number;
  /** Until the call was answered: the task is stored. */
  storedMs: number;
}

/** A queue on a database of its own, as the benchmark drives all of them. */
export interface QueueEngine {
  readonly name: string;
  /** Queues so many tasks; not timed. */
  fill(count: number): Promise<void>;
  /** Does all that is queued, with handlers that do nothing; answers the seconds until the last is acknowledged. */
  drain(mode: DrainMode, count: number): Promise<number>;
  /** Adds tasks one after the other, with pauses in which everything comes to rest. */
  startLatencies(samples: number): Promise<Start[]>;
  stop(): Promise<void>;
}

/** Runs so many loops at once until each has ended. */
export async function inLoops(
  count: number,
  loop: (index: number) => Promise<void>,
): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => loop(index)));
}

/** Seconds that some work takes. */
export async function secondsOf(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** Adds one task after the other and measures when each starts. */
export async function sampleStarts(
  samples: number,
  options: {
    add: () => Promise<unknown>;
    /** Settles when the next handler starts. */
    nextStart: () => Promise<unknown>;
  },
): Promise<Start[]> {
  const warmUp = 10;
  const starts: Start[] = [];
  for (let round = 0; round < samples + warmUp; round++) {
    await new Promise(resolve => setTimeout(resolve, 3 + (round % 7)));
    const start = options.nextStart();
    const addedAt = performance.now();
    const sinceAdded = () => performance.now() - addedAt;
    const [startedMs, storedMs] = await Promise.all([
      start.then(sinceAdded),
      options.add().then(sinceAdded),
    ]);
    if (round >= warmUp) {
      starts.push({ startedMs, storedMs });
    }
  }
  return starts;
}
