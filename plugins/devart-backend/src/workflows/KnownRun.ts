import type { LoadedWorkflow } from './LoadedWorkflow';
import type { RunState } from './RunState';

/** A run in memory with the version of the workflow that it runs. */
export interface KnownRun {
  state: RunState;
  workflow: LoadedWorkflow;
}
