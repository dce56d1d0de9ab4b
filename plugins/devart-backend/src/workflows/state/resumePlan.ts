import { ConflictError, InputError } from '@backstage/errors';
import { v7 as uuidv7 } from 'uuid';
import { groupBy } from '../../collections/groupBy';
import type { WorkflowProgram } from '../definition/WorkflowProgram';
import { hasEnded, type RunRecord, type StepRecord } from './RunRecord';

/** What a run that resumes another would do with a step. */
export interface ResumedStep {
  id: string;
  action: 'reuse' | 'repeat' | 'first-time';
}

/** What a run that resumes another would do. */
export interface ResumePlan {
  /** The step to begin with. */
  from: string;
  steps: ResumedStep[];
  /** Rows for the new run: what is taken over, and what is left of matrices that are. */
  rows: (runId: string) => StepRecord[];
}

/**
 * Decides what of a run that has ended is taken over. Done again is the step to
 * begin with, everything that did not succeed or was taken back, and everything
 * behind those. Of a matrix of which only some failed, only those are done
 * again, unless it was named or something before it changes.
 *
 * @throws ConflictError when there is nothing to resume.
 * @throws InputError when the step to begin with is none of the run.
 */
export function planResume(
  program: WorkflowProgram,
  run: Pick<RunRecord, 'status'>,
  rows: readonly StepRecord[],
  named?: string,
): ResumePlan {
  if (run.status === 'running') {
    throw new ConflictError(
      'The run is under way; only a run that has ended can be resumed',
    );
  }
  if (named !== undefined && !program.step(named)) {
    throw new InputError(
      `from: the workflow has no step ${named}; it has ${program.steps.map(({ id }) => id).join(', ')}`,
    );
  }
  const takenBack = new Set(
    rows.flatMap(row =>
      row.compensates && row.startedAt ? [row.compensates] : [],
    ),
  );
  const byStep = groupBy(
    rows.filter(row => !row.compensates),
    ({ step }) => step,
  );
  const stands = (row: StepRecord) =>
    row.status === 'skipped' ||
    (row.status === 'succeeded' && !takenBack.has(row.id));
  const again = program.steps
    .map(({ id }) => id)
    .filter(id => !byStep.get(id)!.every(stands));
  const failed = again.find(id =>
    byStep.get(id)!.some(row => row.status === 'failed'),
  );
  const from = named ?? failed ?? again[0];
  if (from === undefined) {
    throw new ConflictError(
      'Everything in the run succeeded; name the step to do again as from, or start a new run',
    );
  }
  const roots = new Set([...again, from]);
  const behind = (id: string) =>
    [...program.ancestors(id)].some(before => roots.has(before));
  const isRepeated = (id: string) => roots.has(id) || behind(id);
  /** Only some of a matrix, whose values are still the same. */
  const isPartial = (id: string) =>
    roots.has(id) && id !== named && !behind(id) && byStep.get(id)!.length > 1;

  return {
    from,
    steps: program.steps.map(({ id }) => {
      const wasStarted = byStep
        .get(id)!
        .some(row => row.startedAt !== undefined);
      const again_ = wasStarted ? ('repeat' as const) : ('first-time' as const);
      return { id, action: isRepeated(id) ? again_ : ('reuse' as const) };
    }),
    rows: runId =>
      program.steps.flatMap(({ id }) => {
        const own = byStep.get(id)!;
        if (!isRepeated(id)) {
          return own.map(row => takenOver(row, runId));
        }
        return isPartial(id)
          ? own.map(row =>
              stands(row) ? takenOver(row, runId) : begunAnew(row, runId),
            )
          : [];
      }),
  };
}

function takenOver(row: StepRecord, runId: string): StepRecord {
  return {
    ...row,
    id: uuidv7(),
    runId,
    reused: hasEnded(row),
    abandoned: false,
    // What it cost is in the run that did it.
    costMicros: 0,
  };
}

function begunAnew(row: StepRecord, runId: string): StepRecord {
  return {
    id: uuidv7(),
    organizationId: row.organizationId,
    runId,
    step: row.step,
    position: row.position,
    matrixIndex: row.matrixIndex,
    matrixValues: row.matrixValues,
    status: 'pending',
    openNeeds: 0,
    attempt: 0,
    abandoned: false,
    reused: false,
    costMicros: 0,
  };
}
