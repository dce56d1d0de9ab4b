import type { RunRecord } from './RunRecord';
import type { Performance, RunInput, RunState } from './RunState';

/** Something that is still being done for a run. */
export interface LatePerformance {
  performance: Performance;
  abort: AbortController;
  /** Settles with what came of it; never fails. */
  input: Promise<RunInput>;
}

/**
 * Does what the first steps of new runs ask for, as long as it changes nothing
 * anywhere, until nothing follows or the time is over. Answers what is still
 * being done then.
 */
export async function performAhead(
  states: readonly RunState[],
  options: {
    ms: number;
    /** How much may be done at once. */
    limit: number;
    attempt: (
      performance: Performance,
      run: RunRecord,
      signal: AbortSignal,
    ) => Promise<RunInput>;
  },
): Promise<LatePerformance[]> {
  const open = new Set<LatePerformance>();
  const ended: { state: RunState; input: RunInput }[] = [];
  let wake = () => {};
  const begin = (state: RunState, performance: Performance) => {
    const abort = new AbortController();
    const one: LatePerformance = {
      performance,
      abort,
      input: options.attempt(performance, state.run, abort.signal),
    };
    open.add(one);
    one.input.then(input => {
      open.delete(one);
      ended.push({ state, input });
      wake();
    });
  };
  const beginAll = (some: Iterable<RunState>) => {
    for (const state of some) {
      for (const performance of state.takeHarmless(options.limit - open.size)) {
        begin(state, performance);
      }
    }
  };
  const rest = (ms: number) =>
    new Promise<void>(resolve => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  beginAll(states);
  const deadline = Date.now() + options.ms;
  while (open.size > 0 && Date.now() < deadline) {
    if (ended.length === 0) {
      await rest(deadline - Date.now());
    }
    const moved = new Set<RunState>();
    for (const { state, input } of ended.splice(0)) {
      state.apply(input, Date.now());
      moved.add(state);
    }
    beginAll(moved);
  }
  for (const { state, input } of ended.splice(0)) {
    state.apply(input, Date.now());
  }
  return [...open];
}
