import type { KnownRun } from './KnownRun';

/** Steps of all runs that are remembered, at most: some tens of megabytes. */
const MAX_STEPS = 20_000;

/**
 * The states of runs with which this replica has nothing to do at the moment,
 * so that the next thing that happens to one need not read all of its steps
 * again: a matrix of a thousand tasks would read a thousand rows for each that
 * ends. Whoever takes a state has it alone, and gives it back once it is stored.
 */
export class RememberedRuns {
  readonly #runs = new Map<string, KnownRun>();
  #steps = 0;

  /** The state of a run, if it is the one that the database has. */
  take(runId: string, version: number): KnownRun | undefined {
    const known = this.#runs.get(runId);
    this.forget(runId);
    return known?.state.run.version === version ? known : undefined;
  }

  /** Remembers a stored state; the ones that were asked for longest ago make room. */
  keep(known: KnownRun): void {
    const { run } = known.state;
    this.forget(run.id);
    if (run.phase === 'ended') {
      return;
    }
    this.#runs.set(run.id, known);
    this.#steps += known.state.size;
    for (const id of this.#runs.keys()) {
      if (this.#steps <= MAX_STEPS) {
        return;
      }
      this.forget(id);
    }
  }

  forget(runId: string): void {
    const known = this.#runs.get(runId);
    if (known) {
      this.#runs.delete(runId);
      this.#steps -= known.state.size;
    }
  }
}
