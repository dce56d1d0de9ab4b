import type { ScopeRoot } from './RunScope';

const RUN: readonly ScopeRoot[] = ['parameters', 'run', 'trigger', 'steps'];

/** The names that each place of a workflow can see. */
export const SCOPES = {
  /** `if`, `matrix` and `outputs` of the run: before or after any single combination. */
  run: RUN,
  /** Actions, compensations and names of steps. */
  action: (hasMatrix: boolean): readonly ScopeRoot[] =>
    hasMatrix ? [...RUN, 'matrix'] : RUN,
  /** `outputs` of a step. */
  outputs: (hasMatrix: boolean): readonly ScopeRoot[] => [
    ...SCOPES.action(hasMatrix),
    'result',
  ],
  /** The condition of a wait for an event. */
  waitEvent: (hasMatrix: boolean): readonly ScopeRoot[] => [
    ...SCOPES.action(hasMatrix),
    'event',
  ],
  /** `if` and `parameters` of triggers. */
  trigger: ['event'] as readonly ScopeRoot[],
};
