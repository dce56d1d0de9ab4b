import { stringifyError } from '@backstage/errors';
import type {
  RunStatus,
  StepStatus,
  TaskStatus,
} from '@devart/plugin-devart-common';
import { v7 as uuidv7 } from 'uuid';
import { groupBy } from '../../collections/groupBy';
import { parseDuration } from '../../time/parseDuration';
import type { RenderedAction } from '../definition/RenderedAction';
import type { RunScope } from '../definition/RunScope';
import type { WorkflowProgram } from '../definition/WorkflowProgram';
import { hasEnded, type RunRecord, type StepRecord } from './RunRecord';

const MAX_ERROR = 2000;
const COMPENSATION = '.compensate';

/** Something that a run hears of. What does not fit its state any more is passed over. */
export type RunInput =
  | { kind: 'performed'; stepRunId: string; attempt: number; result: unknown }
  | {
      kind: 'attemptFailed';
      stepRunId: string;
      attempt: number;
      error: string;
      retryable: boolean;
    }
  | {
      kind: 'taskEnded';
      stepRunId: string;
      taskId: string;
      status: TaskStatus;
      output?: Record<string, unknown>;
      error?: string;
    }
  | {
      kind: 'approvalDecided';
      stepRunId: string;
      approvalId: string;
      status: 'approved' | 'rejected' | 'expired' | 'cancelled';
      edit?: Record<string, unknown>;
      decidedBy: string[];
      comment?: string;
    }
  | {
      kind: 'childEnded';
      stepRunId: string;
      childRunId: string;
      status: RunStatus;
      outputs?: Record<string, unknown>;
      error?: string;
    }
  | { kind: 'event'; stepRunId: string; event: { topic: string } & object }
  | { kind: 'lost'; stepRunId: string; heldBy: string }
  | { kind: 'effectFailed'; stepRunId: string; error: string }
  | { kind: 'cancel'; by: string; reason?: string }
  | { kind: 'tick' };

type ActionOf<T extends RenderedAction['type']> = Extract<
  RenderedAction,
  { type: T }
>;

/** Something that the transaction that stores the run must also make. */
export type RunEffect =
  | { kind: 'task'; step: StepRecord; action: ActionOf<'task'> }
  | { kind: 'approval'; step: StepRecord; action: ActionOf<'approval'> }
  | { kind: 'child'; step: StepRecord; action: ActionOf<'workflow'> };

/** Something that this replica does itself, outside of any transaction. */
export interface Performance {
  runId: string;
  stepRunId: string;
  attempt: number;
  action: ActionOf<'operation'> | ActionOf<'http'>;
  /** Whether it changes nothing anywhere, so that it need not be written down before it is done. */
  harmless: boolean;
}

/** What changed since the run was last stored. */
export interface RunChanges {
  run: RunRecord;
  isNew: boolean;
  inserted: StepRecord[];
  updated: StepRecord[];
  effects: RunEffect[];
  topics: string[];
}

/** All runs of one step: one, or one for every combination of its matrix. */
interface Group {
  id: string;
  needs: readonly string[];
  dependents: readonly string[];
  rows: StepRecord[];
  ended: boolean;
}

function textOf(error: unknown): string {
  const text =
    error instanceof Error && error.message
      ? error.message
      : stringifyError(error);
  return text.replaceAll('\u0000', '').slice(0, MAX_ERROR);
}

/**
 * A run in memory: what has happened to it, and what follows. It knows neither
 * the database nor the clock; it is told what happens ({@link RunState.apply})
 * and asked what is to be stored ({@link RunState.changes}) and what is to be
 * done ({@link RunState.takePerformances}). See {@link RunPhase} for its modes.
 */
export class RunState {
  readonly run: RunRecord;
  readonly #program: WorkflowProgram;
  readonly #replica: string;
  readonly #groups = new Map<string, Group>();
  readonly #rows = new Map<string, StepRecord>();
  readonly #scope: RunScope;
  readonly #inserted = new Set<StepRecord>();
  readonly #updated = new Set<StepRecord>();
  /** Groups whose needs have all ended, to be looked at. */
  readonly #released: Group[] = [];
  /** Groups of which another may be started, since one has ended. */
  readonly #freed = new Set<Group>();
  #effects: RunEffect[] = [];
  #performances: Performance[] = [];
  #topics: string[] = [];
  #isNew: boolean;
  #changed = false;
  #now = 0;

  /** A run that begins; the first steps are started. `reused` are rows taken over from another run. */
  static begin(options: {
    program: WorkflowProgram;
    run: RunRecord;
    workflowName: string;
    replica: string;
    reused?: readonly StepRecord[];
  }): RunState {
    const { program, run, reused = [] } = options;
    const kept = groupBy(reused, ({ step }) => step);
    const rows = program.steps.flatMap((node, position) => {
      const own = kept.get(node.id) ?? [
        {
          id: uuidv7(),
          organizationId: run.organizationId,
          runId: run.id,
          step: node.id,
          position,
          status: 'pending' as const,
          openNeeds: 0,
          attempt: 0,
          abandoned: false,
          reused: false,
          costMicros: 0,
        },
      ];
      return own;
    });
    const state = new RunState({ ...options, rows, isNew: true });
    for (const row of rows) {
      state.#inserted.add(row);
    }
    state.#begin();
    return state;
  }

  /** A run as it was stored. */
  static restore(options: {
    program: WorkflowProgram;
    run: RunRecord;
    rows: readonly StepRecord[];
    workflowName: string;
    replica: string;
  }): RunState {
    return new RunState({ ...options, isNew: false });
  }

  private constructor(options: {
    program: WorkflowProgram;
    run: RunRecord;
    rows: readonly StepRecord[];
    workflowName: string;
    replica: string;
    isNew: boolean;
  }) {
    const { program, run } = options;
    this.run = run;
    this.#program = program;
    this.#replica = options.replica;
    this.#isNew = options.isNew;
    this.#changed = options.isNew;
    for (const node of program.steps) {
      this.#groups.set(node.id, {
        id: node.id,
        needs: node.needs,
        dependents: node.dependents,
        rows: [],
        ended: false,
      });
    }
    for (const row of options.rows) {
      this.#rows.set(row.id, row);
      this.#groups.get(row.step)?.rows.push(row);
    }
    this.#scope = {
      parameters: run.parameters,
      run: {
        id: run.id,
        number: run.number,
        startedBy: run.startedBy,
        startedAt: new Date(run.startedAt).toISOString(),
        workflow: options.workflowName,
        version: run.workflowVersion,
        entityRef: run.entityRef,
      },
      trigger: { type: run.trigger, data: run.triggerData ?? {} },
      steps: {},
      cancelled: run.phase === 'cancelling',
    };
    for (const group of this.#groups.values()) {
      group.rows.sort((a, b) => (a.matrixIndex ?? 0) - (b.matrixIndex ?? 0));
      group.ended = group.rows.length > 0 && group.rows.every(hasEnded);
      if (group.ended) {
        this.#describe(group);
      }
    }
  }

  /** Every step run, in the order of the workflow. */
  rows(): StepRecord[] {
    return [...this.#rows.values()];
  }

  /** How many step runs there are. */
  get size(): number {
    return this.#rows.size;
  }

  row(stepRunId: string): StepRecord | undefined {
    return this.#rows.get(stepRunId);
  }

  /** Takes in what happened, and everything that follows from it at once. */
  apply(input: RunInput, now: number): void {
    this.#now = now;
    if (this.run.phase === 'ended') {
      return;
    }
    if (input.kind === 'cancel') {
      this.#cancel(input);
    } else if (input.kind === 'tick') {
      this.#tick();
    } else {
      const row = this.#rows.get(input.stepRunId);
      if (row && !hasEnded(row)) {
        this.#hear(row, input);
      }
    }
    this.#settle();
  }

  /** Whether there is something to store. */
  get isDirty(): boolean {
    return this.#changed;
  }

  /**
   * Whether what changed may wait a moment for what is being done: nothing
   * outside of this process depends on it yet.
   */
  get mayLinger(): boolean {
    return (
      !this.#isNew &&
      this.run.phase !== 'ended' &&
      this.#effects.length === 0 &&
      this.#topics.length === 0 &&
      this.#performances.every(({ harmless }) => harmless) &&
      this.rows().some(row => row.heldBy === this.#replica) &&
      this.rows().every(row => row.status !== 'waiting')
    );
  }

  /** What the transaction that stores the run must also make. */
  effects(): readonly RunEffect[] {
    return this.#effects;
  }

  /** What is to be stored; {@link RunState.stored} says that it was. */
  changes(): RunChanges {
    this.#summarize();
    return {
      run: this.run,
      isNew: this.#isNew,
      inserted: [...this.#inserted],
      updated: [...this.#updated].filter(row => !this.#inserted.has(row)),
      effects: this.#effects,
      topics: this.#topics,
    };
  }

  /** What {@link RunState.changes} answered was stored. */
  stored(): void {
    this.run.version++;
    this.#isNew = false;
    this.#changed = false;
    this.#inserted.clear();
    this.#updated.clear();
    this.#effects = [];
    this.#topics = [];
  }

  /** What this replica has to do now; only what is harmless, unless everything is stored. */
  takePerformances(): Performance[] {
    const mayTake = (performance: Performance) =>
      performance.harmless ? !this.#isNew : !this.#changed;
    const taken = this.#performances.filter(mayTake);
    this.#performances = this.#performances.filter(one => !mayTake(one));
    return taken;
  }

  /** Up to `limit` operations that change nothing anywhere, to be done before the run is stored. */
  takeHarmless(limit: number): Performance[] {
    const taken = this.#performances
      .filter(({ harmless, action }) => harmless && action.type === 'operation')
      .slice(0, limit);
    this.#performances = this.#performances.filter(
      performance => !taken.includes(performance),
    );
    return taken;
  }

  /** When something becomes due, in milliseconds since 1970. */
  nextDue(): number | undefined {
    const times = this.rows().flatMap(row =>
      hasEnded(row) ? [] : [row.dueAt ?? Infinity, row.timeoutAt ?? Infinity],
    );
    if (this.run.phase === 'forward' || this.run.phase === 'cancelling') {
      times.push(this.run.deadlineAt ?? Infinity);
    }
    const next = Math.min(...times, Infinity);
    return Number.isFinite(next) ? next : undefined;
  }

  #begin(): void {
    this.#now = this.run.startedAt;
    this.#topics.push('run.started');
    for (const group of this.#groups.values()) {
      const open = group.needs.filter(
        need => !this.#groups.get(need)!.ended,
      ).length;
      for (const row of group.rows) {
        row.openNeeds = hasEnded(row) ? 0 : open;
      }
      if (open === 0 && !group.ended) {
        this.#released.push(group);
      }
    }
    this.#settle();
  }

  #hear(
    row: StepRecord,
    input: Exclude<RunInput, { kind: 'cancel' | 'tick' }>,
  ): void {
    switch (input.kind) {
      case 'performed':
        if (row.heldBy === this.#replica && row.attempt === input.attempt) {
          this.#succeed(row, input.result);
        }
        break;
      case 'attemptFailed':
        if (row.status === 'running' && row.attempt === input.attempt) {
          this.#failAttempt(row, input.error, input.retryable);
        }
        break;
      case 'taskEnded':
        if (row.taskId === input.taskId) {
          if (input.status === 'succeeded') {
            this.#succeed(row, input.output ?? {});
          } else {
            // What a person called off is not begun again by itself.
            const calledOff =
              input.status === 'cancelled' || input.status === 'rejected';
            const detail = input.error ? `: ${input.error}` : '';
            this.#failAttempt(
              row,
              `The task ended as ${input.status.replace('_', ' ')}${detail}`,
              !calledOff,
            );
          }
        }
        break;
      case 'approvalDecided':
        if (row.approvalId === input.approvalId) {
          const { status, decidedBy, comment, edit } = input;
          if (status === 'approved') {
            this.#succeed(row, {
              approvedBy: decidedBy,
              ...(comment === undefined ? {} : { comment }),
              ...edit,
            });
          } else {
            const who = decidedBy.length > 0 ? ` by ${decidedBy.join()}` : '';
            const why = comment ? `: ${comment}` : '';
            this.#end(row, 'failed', {
              error:
                status === 'expired'
                  ? 'Nobody decided in time'
                  : `The approval was ${status}${who}${why}`,
            });
          }
        }
        break;
      case 'childEnded':
        if (row.childRunId === input.childRunId) {
          if (input.status === 'succeeded' || input.status === 'partial') {
            this.#succeed(row, input.outputs ?? {});
          } else {
            this.#failAttempt(
              row,
              `The run of the workflow ended as ${input.status}${
                input.error ? `: ${input.error}` : ''
              }`,
              input.status !== 'cancelled',
            );
          }
        }
        break;
      case 'event':
        this.#hearEvent(row, input.event);
        break;
      case 'effectFailed':
        this.#end(row, 'failed', { error: input.error });
        break;
      case 'lost':
        if (row.heldBy === input.heldBy) {
          this.#takeOver(row);
        }
        break;
      default:
        break;
    }
  }

  #hearEvent(row: StepRecord, event: { topic: string } & object): void {
    const condition = this.#nodeOf(row).step.wait?.event?.if;
    if (row.waitTopic !== event.topic) {
      return;
    }
    try {
      if (
        condition === undefined ||
        this.#program.eventMatches(condition, event, this.#scopeOf(row))
      ) {
        this.#succeed(row, event);
      }
    } catch (error) {
      this.#end(row, 'failed', { error: textOf(error) });
    }
  }

  /** A step was in the hands of a replica that is gone. */
  #takeOver(row: StepRecord): void {
    const { action, error } = this.#render(row);
    if (action?.type !== 'operation' && action?.type !== 'http') {
      this.#end(row, 'failed', { error: error ?? 'It cannot be done again' });
      return;
    }
    if (this.#sideEffectOf(row) === 'external') {
      this.#failAttempt(
        row,
        'The replica that did this is gone, and it is not known whether it was done',
        true,
      );
      return;
    }
    // The same attempt, and so the same idempotency key.
    row.heldBy = this.#replica;
    this.#touch(row);
    this.#perform(row, action);
  }

  #cancel(input: { by: string; reason?: string }): void {
    if (this.run.phase !== 'forward') {
      return;
    }
    this.run.phase = 'cancelling';
    this.#scope.cancelled = true;
    this.run.error = `Cancelled by ${input.by}${
      input.reason ? `: ${input.reason}` : ''
    }`;
    this.#changed = true;
    this.#topics.push('run.cancelling');
    this.#stopOpenRows();
  }

  #stopOpenRows(): void {
    // All of them before any ends: ending one may release others.
    const open = [...this.#groups.values()].flatMap(group =>
      group.rows.filter(
        row =>
          row.status === 'running' ||
          row.status === 'waiting' ||
          (row.status === 'pending' && row.openNeeds === 0),
      ),
    );
    for (const row of open) {
      this.#end(row, 'cancelled', {});
    }
  }

  #tick(): void {
    const { run } = this;
    const isLate = run.deadlineAt !== undefined && run.deadlineAt <= this.#now;
    if (isLate && (run.phase === 'forward' || run.phase === 'cancelling')) {
      run.outcome = 'failed';
      run.error = `The run took longer than ${Math.round((run.deadlineAt! - run.startedAt) / 1000)} s`;
      this.#changed = true;
      for (const group of this.#groups.values()) {
        for (const row of group.rows.filter(one => !hasEnded(one))) {
          this.#end(row, 'cancelled', {});
        }
      }
      return;
    }
    for (const row of this.#rows.values()) {
      if (hasEnded(row)) {
        continue;
      }
      if (row.timeoutAt !== undefined && row.timeoutAt <= this.#now) {
        row.abandoned = this.#isElsewhere(row);
        this.#end(row, 'failed', {
          error: `It took longer than ${this.#nodeOf(row).step.timeout}`,
        });
      } else if (row.dueAt !== undefined && row.dueAt <= this.#now) {
        if (row.waitingReason === 'retry') {
          this.#start(row);
        } else {
          this.#succeed(row, { at: new Date(row.dueAt).toISOString() });
        }
      }
    }
  }

  /** Looks at everything that was released, until nothing follows any more. */
  #settle(): void {
    for (;;) {
      const group = this.#released.shift();
      if (group) {
        this.#release(group);
        continue;
      }
      const [freed] = this.#freed;
      if (freed) {
        this.#freed.delete(freed);
        if (!freed.ended && this.run.phase === 'forward') {
          this.#startSome(freed);
        }
        continue;
      }
      if (!this.#finishPhase()) {
        return;
      }
    }
  }

  /** All that a step needs has ended: starts it, or not. */
  #release(group: Group): void {
    if (group.ended) {
      return;
    }
    const late = this.run.outcome !== undefined;
    try {
      if (late || !this.#program.shouldRun(group.id, this.#scope)) {
        const status =
          this.run.phase === 'cancelling' || late ? 'cancelled' : 'skipped';
        this.#endGroup(group, status);
        return;
      }
      this.#expand(group);
    } catch (error) {
      for (const row of group.rows.filter(one => !hasEnded(one))) {
        this.#end(row, 'failed', { error: textOf(error) });
      }
      return;
    }
    if (!group.ended) {
      this.#startSome(group);
    }
  }

  #endGroup(group: Group, status: StepStatus): void {
    for (const row of group.rows.filter(one => !hasEnded(one))) {
      this.#end(row, status, {});
    }
  }

  /** Makes a row for every combination of the matrix; the row that is there becomes the first. */
  #expand(group: Group): void {
    const [first] = group.rows;
    const isExpanded = first.matrixIndex !== undefined;
    const combinations = isExpanded
      ? undefined
      : this.#program.expandMatrix(group.id, this.#scope);
    if (!combinations) {
      return;
    }
    if (combinations.length === 0) {
      // All of none succeeded, as a map over an empty list is an empty list.
      this.#end(first, 'succeeded', { outputs: [] });
      return;
    }
    for (const { index, values } of combinations) {
      if (index === 0) {
        first.matrixIndex = 0;
        first.matrixValues = values;
        this.#touch(first);
        continue;
      }
      const row: StepRecord = {
        id: uuidv7(),
        organizationId: first.organizationId,
        runId: first.runId,
        step: group.id,
        position: first.position,
        matrixIndex: index,
        matrixValues: values,
        status: 'pending',
        openNeeds: 0,
        attempt: 0,
        abandoned: false,
        reused: false,
        costMicros: 0,
      };
      group.rows.push(row);
      this.#rows.set(row.id, row);
      this.#inserted.add(row);
    }
  }

  /** Starts as many of a step's runs as may be under way at once. */
  #startSome(group: Group): void {
    const { maxParallel = Infinity } = this.#nodeOf(group.rows[0]).step;
    const isIdle = (row: StepRecord) =>
      row.status === 'pending' || row.waitingReason === 'capacity';
    let free =
      maxParallel -
      group.rows.filter(row => !hasEnded(row) && !isIdle(row)).length;
    for (const row of group.rows.filter(isIdle)) {
      if (free > 0) {
        this.#start(row);
        free -= hasEnded(row) ? 0 : 1;
      } else if (row.status === 'pending') {
        row.status = 'waiting';
        row.waitingReason = 'capacity';
        row.waitingMessage = `${maxParallel} of this step may be under way at once`;
        this.#touch(row);
      }
    }
  }

  #start(row: StepRecord): void {
    const { step } = this.#nodeOf(row);
    row.attempt++;
    row.status = 'running';
    row.openNeeds = 0;
    row.startedAt ??= this.#now;
    row.dueAt = undefined;
    row.waitingReason = undefined;
    row.waitingMessage = undefined;
    row.taskId = undefined;
    row.childRunId = undefined;
    row.error = undefined;
    if (step.timeout !== undefined) {
      row.timeoutAt ??= this.#now + parseDuration(step.timeout);
    }
    this.#touch(row);
    const { action, error } = this.#render(row);
    if (!action) {
      this.#end(row, 'failed', { error });
      return;
    }
    switch (action.type) {
      case 'task':
        this.#effects.push({ kind: 'task', step: row, action });
        break;
      case 'approval':
        this.#pause(row, 'approval', `A decision on “${action.title}”`);
        this.#effects.push({ kind: 'approval', step: row, action });
        break;
      case 'workflow':
        this.#effects.push({ kind: 'child', step: row, action });
        break;
      case 'wait':
        this.#wait(row, action);
        break;
      default:
        row.heldBy = this.#replica;
        this.#perform(row, action);
    }
  }

  #perform(
    row: StepRecord,
    action: ActionOf<'operation'> | ActionOf<'http'>,
  ): void {
    this.#performances.push({
      runId: row.runId,
      stepRunId: row.id,
      attempt: row.attempt,
      action,
      harmless: this.#sideEffectOf(row) === 'none',
    });
  }

  #wait(row: StepRecord, action: ActionOf<'wait'>): void {
    if (action.kind === 'event') {
      row.waitTopic = action.topic;
      this.#pause(row, 'event', `The event ${action.topic}`);
      return;
    }
    const due =
      action.kind === 'until' ? Date.parse(action.at) : this.#now + action.ms;
    if (due <= this.#now) {
      this.#succeed(row, { at: new Date(this.#now).toISOString() });
      return;
    }
    row.dueAt = due;
    this.#pause(row, 'time', `Until ${new Date(due).toISOString()}`);
  }

  #pause(
    row: StepRecord,
    reason: StepRecord['waitingReason'],
    message: string,
  ): void {
    row.status = 'waiting';
    row.waitingReason = reason;
    row.waitingMessage = message.slice(0, 300);
  }

  #render(row: StepRecord): { action?: RenderedAction; error?: string } {
    try {
      return {
        action: row.compensates
          ? this.#renderCompensation(row)
          : this.#program.renderAction(row.step, this.#scopeOf(row)),
      };
    } catch (error) {
      return { error: textOf(error) };
    }
  }

  /** What takes one run of a step back; its expressions see that run's outputs. */
  #renderCompensation(row: StepRecord): RenderedAction | undefined {
    const { id } = this.#nodeOf(row);
    const outputs = this.#rows.get(row.compensates!)?.outputs;
    return this.#program.renderCompensation(id, {
      ...this.#scopeOf(row),
      steps: { ...this.#scope.steps, [id]: { status: 'succeeded', outputs } },
    });
  }

  #succeed(row: StepRecord, result: unknown): void {
    if (row.compensates) {
      this.#end(row, 'succeeded', { outputs: result });
      return;
    }
    try {
      this.#end(row, 'succeeded', {
        outputs: this.#program.outputsOf(row.step, this.#scopeOf(row), result),
      });
    } catch (error) {
      this.#end(row, 'failed', { error: textOf(error) });
    }
  }

  #failAttempt(row: StepRecord, error: string, retryable: boolean): void {
    const { retry } = this.#nodeOf(row).step;
    const mayRetry =
      retryable &&
      row.attempt < (retry?.maxAttempts ?? 1) &&
      (this.run.phase === 'forward' || row.compensates !== undefined);
    if (!retry || !mayRetry) {
      this.#end(row, 'failed', { error });
      return;
    }
    const delay = Math.min(
      parseDuration(retry.delay) * 2 ** (row.attempt - 1),
      parseDuration(retry.maxDelay),
    );
    row.heldBy = undefined;
    row.dueAt = this.#now + delay;
    row.error = error.slice(0, MAX_ERROR);
    this.#pause(
      row,
      'retry',
      `Try ${row.attempt + 1} of ${retry.maxAttempts}; the last one failed: ${error}`,
    );
    this.#touch(row);
  }

  #isElsewhere(row: StepRecord): boolean {
    return (row.taskId ?? row.approvalId ?? row.childRunId) !== undefined;
  }

  #end(
    row: StepRecord,
    status: StepStatus,
    end: { outputs?: unknown; error?: string },
  ): void {
    // What was to be made for it, and was not, is not made any more.
    this.#effects = this.#effects.filter(effect => effect.step !== row);
    this.#performances = this.#performances.filter(
      ({ stepRunId }) => stepRunId !== row.id,
    );
    row.abandoned ||= status === 'cancelled' && this.#isElsewhere(row);
    row.status = status;
    row.outputs = end.outputs;
    row.error = end.error?.slice(0, MAX_ERROR) ?? row.error;
    if (status === 'succeeded') {
      row.error = undefined;
    }
    row.openNeeds = 0;
    row.finishedAt = this.#now;
    row.endedOrder = ++this.run.endedSteps;
    row.dueAt = undefined;
    row.timeoutAt = undefined;
    row.heldBy = undefined;
    row.waitTopic = undefined;
    row.waitingReason = undefined;
    row.waitingMessage = undefined;
    this.#touch(row);
    const group = this.#groups.get(row.step);
    if (!group) {
      return;
    }
    if (!group.rows.every(hasEnded)) {
      if (this.#nodeOf(row).step.maxParallel) {
        this.#freed.add(group);
      }
      return;
    }
    if (group.ended) {
      return;
    }
    group.ended = true;
    this.#describe(group);
    for (const id of group.dependents) {
      this.#countDown(this.#groups.get(id)!);
    }
  }

  #countDown(group: Group): void {
    let open = 0;
    for (const row of group.rows) {
      if (!hasEnded(row)) {
        row.openNeeds--;
        open = row.openNeeds;
        this.#touch(row);
      }
    }
    if (open === 0 && !group.ended) {
      this.#released.push(group);
    }
  }

  /** Goes on to the next phase when this one is over; answers whether something may follow at once. */
  #finishPhase(): boolean {
    const { run } = this;
    if (run.phase === 'ended') {
      return false;
    }
    if (run.phase === 'compensating') {
      return this.#compensateNext();
    }
    if ([...this.#groups.values()].some(group => !group.ended)) {
      return false;
    }
    run.outcome ??= this.#outcome();
    const isTakenBack = run.outcome === 'failed' || run.outcome === 'cancelled';
    run.phase = 'compensating';
    this.#changed = true;
    if (isTakenBack) {
      this.#planCompensations();
    }
    return true;
  }

  #outcome(): Exclude<RunStatus, 'running'> {
    const { run } = this;
    if (run.phase === 'cancelling') {
      return 'cancelled';
    }
    const failed = this.rows().filter(row => row.status === 'failed');
    const decisive = failed.find(
      row => !this.#nodeOf(row).step.continueOnError,
    );
    if (decisive) {
      run.error = `Step ${decisive.step} failed: ${decisive.error ?? ''}`;
      return 'failed';
    }
    try {
      run.outputs = this.#program.runOutputs(this.#scope);
    } catch (error) {
      run.error = `The outputs of the run could not be made: ${textOf(error)}`;
      return 'failed';
    }
    return failed.length > 0 ? 'partial' : 'succeeded';
  }

  #planCompensations(): void {
    const toTakeBack = this.rows()
      .filter(
        row =>
          row.status === 'succeeded' &&
          this.#nodeOf(row).step.compensate !== undefined,
      )
      .sort((a, b) => b.endedOrder! - a.endedOrder!);
    for (const row of toTakeBack) {
      const compensation: StepRecord = {
        id: uuidv7(),
        organizationId: row.organizationId,
        runId: row.runId,
        step: `${row.step}${COMPENSATION}`,
        position: this.#program.steps.length + this.#rows.size,
        matrixIndex: row.matrixIndex,
        matrixValues: row.matrixValues,
        status: 'pending',
        openNeeds: 0,
        attempt: 0,
        abandoned: false,
        compensates: row.id,
        reused: false,
        costMicros: 0,
      };
      this.#rows.set(compensation.id, compensation);
      this.#inserted.add(compensation);
    }
  }

  #compensateNext(): boolean {
    const open = this.rows().filter(
      row => row.compensates !== undefined && !hasEnded(row),
    );
    if (open.length === 0) {
      this.#endRun();
      return false;
    }
    if (open.some(row => row.status !== 'pending')) {
      return false;
    }
    this.#start(open[0]);
    return true;
  }

  #endRun(): void {
    const { run } = this;
    run.phase = 'ended';
    run.status = run.outcome!;
    run.finishedAt = this.#now;
    this.#changed = true;
    this.#topics.push(`run.${run.status}`);
  }

  #touch(row: StepRecord): void {
    this.#changed = true;
    this.#updated.add(row);
  }

  #nodeOf(row: StepRecord) {
    return this.#program.step(row.step.replace(COMPENSATION, ''))!;
  }

  #sideEffectOf(row: StepRecord) {
    // What takes something back reaches as far as what it takes back.
    return row.compensates ? 'idempotent' : this.#nodeOf(row).sideEffect;
  }

  #scopeOf(row: StepRecord): RunScope {
    return row.matrixValues
      ? { ...this.#scope, matrix: row.matrixValues }
      : this.#scope;
  }

  /** Tells expressions how a step stands. */
  #describe(group: Group): void {
    const { rows } = group;
    const [first] = rows;
    const isMatrix = first.matrixIndex !== undefined;
    const failed = rows.find(row => row.status === 'failed');
    const cancelled = rows.find(row => row.status === 'cancelled');
    this.#scope.steps[group.id] = {
      status: (failed ?? cancelled ?? first).status,
      outputs: isMatrix ? rows.map(row => row.outputs ?? null) : first.outputs,
      error: (failed ?? first).error,
    };
  }

  #summarize(): void {
    const { run } = this;
    const rows = this.rows();
    run.stepsTotal = rows.length;
    run.stepsSucceeded = rows.filter(row => row.status === 'succeeded').length;
    run.stepsFailed = rows.filter(row => row.status === 'failed').length;
    run.stepsOpen = rows.filter(row => !hasEnded(row)).length;
    run.costMicros = rows.reduce((sum, row) => sum + row.costMicros, 0);
    const busy = rows.some(row => row.status === 'running');
    run.waitingFor = busy
      ? undefined
      : rows.find(row => row.status === 'waiting')?.waitingMessage;
  }
}
