import type { LoadedWorkflow } from '../versions/LoadedWorkflow';
import type { RunState } from '../state/RunState';

/** A run in memory with the version of the workflow that it runs. */
export interface KnownRun {
  state: RunState;
  workflow: LoadedWorkflow;
}
