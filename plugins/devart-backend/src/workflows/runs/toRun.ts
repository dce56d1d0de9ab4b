import type { Run, RunStep, RunSummary } from '@devart/plugin-devart-common';
import type { WorkflowProgram } from '../definition/WorkflowProgram';
import type { RunRecord, StepRecord } from '../state/RunRecord';
import type { ListedRun } from './RunStore';

const COMPENSATION = '.compensate';

function instant(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** Where people see a run, below the portal's own address. */
export function runPath(id: string): string {
  return `/devart/runs/${id}`;
}

/** A run as lists show it. */
export function toRunSummary(listed: ListedRun): RunSummary {
  const { run, workflowName, workflowTitle } = listed;
  return {
    id: run.id,
    number: run.number,
    path: runPath(run.id),
    workflow: {
      id: run.workflowId,
      name: workflowName,
      title: workflowTitle,
      version: run.workflowVersion,
    },
    status: run.status,
    waitingFor: run.status === 'running' ? run.waitingFor : undefined,
    trigger: run.trigger,
    startedBy: run.startedBy,
    entityRef: run.entityRef,
    steps: {
      total: run.stepsTotal,
      succeeded: run.stepsSucceeded,
      failed: run.stepsFailed,
      open: run.stepsOpen,
    },
    error: run.error,
    costMicros: run.costMicros,
    resumedFrom: run.resumedFrom,
    parentRunId: run.parentRunId,
    startedAt: instant(run.startedAt)!,
    finishedAt: instant(run.finishedAt),
    version: run.version,
  };
}

/** A run with its steps. */
export function toRun(
  listed: ListedRun & { rows: readonly StepRecord[] },
  program: WorkflowProgram,
): Run {
  const { run, rows } = listed;
  const nameOf = namesOf(listed, program);
  const stepOf = new Map(rows.map(row => [row.id, row.step]));
  return {
    ...toRunSummary(listed),
    parameters: run.parameters,
    outputs: run.outputs,
    triggerData: run.triggerData,
    traceparent: run.traceparent,
    deadlineAt: instant(run.deadlineAt),
    stepRuns: rows.map(row => toRunStep(row, program, nameOf, stepOf)),
  };
}

function namesOf(
  { run, workflowName }: { run: RunRecord; workflowName: string },
  program: WorkflowProgram,
): (row: StepRecord) => string {
  return row => {
    const id = row.step.replace(COMPENSATION, '');
    const written = program.step(id)?.name ?? id;
    return written.includes('${{')
      ? program.nameOf(id, {
          parameters: run.parameters,
          run: {
            id: run.id,
            number: run.number,
            startedBy: run.startedBy,
            startedAt: instant(run.startedAt)!,
            workflow: workflowName,
            version: run.workflowVersion,
            entityRef: run.entityRef,
          },
          trigger: { type: run.trigger, data: run.triggerData ?? {} },
          steps: {},
          matrix: row.matrixValues,
        })
      : written;
  };
}

function toRunStep(
  row: StepRecord,
  program: WorkflowProgram,
  nameOf: (row: StepRecord) => string,
  stepOf: ReadonlyMap<string, string>,
): RunStep {
  const node = program.step(row.step.replace(COMPENSATION, ''))!;
  const { compensate } = node.step;
  const type = row.compensates
    ? (['task', 'operation', 'http'] as const).find(
        kind => compensate?.[kind] !== undefined,
      )!
    : node.type;
  return {
    id: row.id,
    step: row.step,
    name: row.compensates ? `Take back: ${nameOf(row)}` : nameOf(row),
    type,
    needs: row.compensates ? [] : [...node.needs],
    matrix:
      row.matrixIndex === undefined
        ? undefined
        : { index: row.matrixIndex, values: row.matrixValues ?? {} },
    status: row.status,
    waiting:
      row.waitingReason === undefined
        ? undefined
        : { reason: row.waitingReason, message: row.waitingMessage ?? '' },
    attempt: row.attempt,
    maxAttempts: node.maxAttempts,
    sideEffect: node.sideEffect,
    continueOnError: node.step.continueOnError,
    compensates: row.compensates && stepOf.get(row.compensates),
    taskId: row.taskId,
    approvalId: row.approvalId,
    childRunId: row.childRunId,
    reused: row.reused,
    outputs: row.outputs,
    error: row.error,
    costMicros: row.costMicros,
    startedAt: instant(row.startedAt),
    finishedAt: instant(row.finishedAt),
    dueAt: instant(row.dueAt),
  };
}
