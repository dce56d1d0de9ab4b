import {
  STEP_STATUSES,
  type RunStep,
  type StepStatus,
  type StepType,
} from '@devart/plugin-devart-common';

/** A step of a run; all combinations of a matrix together. */
export interface StepGroup {
  /** Id of the step in the workflow. */
  id: string;
  name: string;
  type: StepType;
  needs: string[];
  /** The step that this one takes back. */
  compensates?: string;
  isMatrix: boolean;
  /** One, or one for each combination of the matrix in its order. */
  items: RunStep[];
  status: StepStatus;
  counts: Record<StepStatus, number>;
  /** How many of `items` have come to their end. */
  ended: number;
  /** In millionths of the currency. */
  costMicros: number;
  startedAt?: string;
  /** When the last of them ended; missing while some have not. */
  finishedAt?: string;
  /** Why it waits, in words. */
  waiting?: string;
}

const ENDED: readonly StepStatus[] = [
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
];

/** Whether a step has come to its end. */
export function isEnded(status: StepStatus): boolean {
  return ENDED.includes(status);
}

function statusOf(counts: Record<StepStatus, number>): StepStatus {
  if (counts.running > 0) {
    return 'running';
  }
  if (counts.waiting > 0) {
    return 'waiting';
  }
  if (counts.pending > 0) {
    // Some are done and others wait for their turn: the step is under way.
    return ENDED.some(status => counts[status] > 0) ? 'running' : 'pending';
  }
  return (
    (['failed', 'cancelled', 'succeeded'] as const).find(
      status => counts[status] > 0,
    ) ?? 'skipped'
  );
}

function groupOf(items: RunStep[]): StepGroup {
  const [first] = items;
  const counts = Object.fromEntries(
    STEP_STATUSES.map(status => [
      status,
      items.filter(item => item.status === status).length,
    ]),
  ) as Record<StepStatus, number>;
  const ended = items.filter(item => isEnded(item.status)).length;
  const instants = (name: 'startedAt' | 'finishedAt') =>
    items.flatMap(item => item[name] ?? []).sort();
  return {
    id: first.step,
    name: first.name,
    type: first.type,
    needs: first.needs,
    compensates: first.compensates,
    isMatrix: first.matrix !== undefined,
    items,
    status: statusOf(counts),
    counts,
    ended,
    costMicros: items.reduce((sum, item) => sum + item.costMicros, 0),
    startedAt: instants('startedAt').at(0),
    finishedAt:
      ended === items.length ? instants('finishedAt').at(-1) : undefined,
    waiting: items.find(item => item.waiting && !isEnded(item.status))?.waiting
      ?.message,
  };
}

/** The steps of a run, each matrix as one, in the order in which they first stand there. */
export function groupSteps(stepRuns: readonly RunStep[]): StepGroup[] {
  const byStep = new Map<string, RunStep[]>();
  for (const stepRun of stepRuns) {
    byStep.set(stepRun.step, [...(byStep.get(stepRun.step) ?? []), stepRun]);
  }
  return [...byStep.values()].map(items =>
    groupOf(
      items.sort((a, b) => (a.matrix?.index ?? 0) - (b.matrix?.index ?? 0)),
    ),
  );
}

/** How far a matrix has come, in words: `48 of 50, 2 failed`. */
export function matrixProgress(group: StepGroup): string {
  const { ended, items, counts } = group;
  return [
    `${ended} of ${items.length}`,
    counts.failed > 0 && `${counts.failed} failed`,
  ]
    .filter(Boolean)
    .join(', ');
}
