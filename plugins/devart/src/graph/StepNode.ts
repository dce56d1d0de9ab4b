import type { StepStatus, StepType } from '@devart/plugin-devart-common';

/** A step as graphs and lists show it, in a definition as well as in a run. */
export interface StepNode {
  id: string;
  name: string;
  type: StepType;
  needs: readonly string[];
  /** The step that this one takes back. */
  compensates?: string;
  /** Only in a run: where it stands. */
  status?: StepStatus;
  /** What it does, or how far it has come, in a few words. */
  details: readonly string[];
  /** Why it waits. */
  waiting?: string;
}

/** The steps behind which a step is drawn. */
export function afterOf(step: StepNode): string[] {
  return step.compensates ? [...step.needs, step.compensates] : [...step.needs];
}
