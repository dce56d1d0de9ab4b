import { ConflictError, stringifyError } from '@backstage/errors';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Role, Run } from '@devart/plugin-devart-common';
import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../database/Database';
import { violatedConstraint } from '../../database/databaseErrors';
import type { Transaction } from '../../database/Transaction';
import type { EventLog, NewEvent } from '../../outbox/EventLog';
import { groupBy } from '../../collections/groupBy';
import { parseDuration } from '../../time/parseDuration';
import type { KnownRun } from './KnownRun';
import { performAhead, type LatePerformance } from '../state/performAhead';
import type { LoadedWorkflow } from '../versions/LoadedWorkflow';
import type { ProgramCache } from '../versions/ProgramCache';
import { RememberedRuns } from './RememberedRuns';
import type { RunEffects } from './RunEffects';
import type { RunNoticeStore } from '../notices/RunNoticeStore';
import { RunNumbers, type Numbered } from '../versions/RunNumbers';
import { hasEnded, type RunRecord, type StepRecord } from '../state/RunRecord';
import {
  RunState,
  type Performance,
  type RunChanges,
  type RunEffect,
  type RunInput,
} from '../state/RunState';
import type { RunStore } from './RunStore';
import type { StepPerformer } from '../steps/StepPerformer';
import type { WorkflowStore } from '../versions/WorkflowStore';

const ACTOR = 'system:workflows';
/** Runs that one transaction carries, at most. */
const MAX_BATCH = 200;
/** Transactions at once: while one waits for its commit, the next is put together. */
const MAX_COMMITS = 2;
/** Steps that this replica does at once. */
const MAX_PERFORMING = 64;
/** How long results of harmless steps are held back for those that follow them. */
const LINGER_MS = 20;
/**
 * How long the transaction that makes a run waits for operations that change
 * nothing: those that are done by then are stored together with the run.
 */
const AHEAD_MS = 5;
const MAX_BACKOFF_MS = 5000;
/** How deep runs may start runs, directly or by events. */
export const MAX_DEPTH = 8;

/** A run that is to begin. */
export interface NewRun {
  workflow: LoadedWorkflow;
  /** The caller asked for this version; otherwise it must still be the current one. */
  pinned: boolean;
  parameters: Record<string, unknown>;
  trigger: Run['trigger'];
  triggerData?: Record<string, unknown>;
  startedBy: string;
  actsAs: string;
  actingRole: Role;
  entityRef?: string;
  idempotencyKey?: string;
  requestHash?: Buffer;
  depth: number;
  traceparent?: string;
  resumedFrom?: string;
  parentRunId?: string;
  parentStepId?: string;
  /** Rows taken over from another run. */
  reused?: (runId: string) => StepRecord[];
}

/** A run as somebody outside of the engine sees it, at the moment when it was stored. */
export interface RunSnapshot {
  run: RunRecord;
  rows: StepRecord[];
  workflow: LoadedWorkflow;
}

/** The version that a run was to be started of is not the current one any more. */
export class StaleVersionError extends Error {}

interface Waiting {
  resolve: () => void;
  reject: (error: unknown) => void;
}

interface Start {
  id: string;
  request: NewRun;
  /** Whether the transaction under way took its number without asking for it. */
  isExpected?: boolean;
  resolve: (answer: { id: string; made?: RunSnapshot }) => void;
  reject: (error: unknown) => void;
}

/**
 * A run that this replica deals with at the moment. Idle when it has nothing
 * queued, nothing in hand, and is not being stored; then it is forgotten.
 */
interface Handle {
  runId: string;
  workflow?: LoadedWorkflow;
  state?: RunState;
  /** What was not applied yet. */
  inbox: RunInput[];
  /** What was applied to the state and is not stored: applied again if the state has to be read anew. */
  journal: RunInput[];
  waiting: Waiting[];
  /** Those who wait for what is being stored. */
  storing: Waiting[];
  isBusy: boolean;
  isQueued: boolean;
  failures: number;
  linger?: NodeJS.Timeout;
  performing: Map<string, AbortController>;
}

function newTraceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}

function snapshotOf(state: RunState, workflow: LoadedWorkflow): RunSnapshot {
  return {
    run: { ...state.run },
    rows: state.rows().map(row => ({ ...row })),
    workflow,
  };
}

/**
 * Moves runs on. What happens to a run is applied to its state in memory, and
 * what follows is stored in one transaction: ended steps, counters of those that
 * depend on them, tasks, approvals and runs that these begin, and events. Many
 * runs share a transaction.
 *
 * The truth is in the database: any replica can move any run on. A replica
 * remembers a run while it does something for it, and notices by the version of
 * the run's row, which it locks, when another was there meanwhile.
 */
export class RunEngine {
  readonly replica = uuidv7();
  readonly #database: Database;
  readonly #store: RunStore;
  readonly #notices: RunNoticeStore;
  readonly #workflows: WorkflowStore;
  readonly #programs: ProgramCache;
  readonly #effects: RunEffects;
  readonly #performer: StepPerformer;
  readonly #events: EventLog;
  readonly #logger: LoggerService;
  readonly #onStored: (run: RunRecord, announced: boolean) => void;
  readonly #handles = new Map<string, Handle>();
  readonly #remembered = new RememberedRuns();
  readonly #numbers = new RunNumbers();
  readonly #queue = new Set<Handle>();
  readonly #starts: Start[] = [];
  readonly #toPerform: { performance: Performance; run: RunRecord }[] = [];
  #commits = 0;
  #performing = 0;
  #pumping = false;
  #stopped = false;
  #onDue: (at: number) => void = () => {};
  #onAbandoned: () => void = () => {};
  #onWaiting: () => void = () => {};
  #onFailed: () => void = () => {};

  constructor(options: {
    database: Database;
    store: RunStore;
    notices: RunNoticeStore;
    workflows: WorkflowStore;
    programs: ProgramCache;
    effects: RunEffects;
    performer: StepPerformer;
    events: EventLog;
    logger: LoggerService;
    /** Called when a run was stored; `announced` when that left an event. */
    onStored: (run: RunRecord, announced: boolean) => void;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#notices = options.notices;
    this.#workflows = options.workflows;
    this.#programs = options.programs;
    this.#effects = options.effects;
    this.#performer = options.performer;
    this.#events = options.events;
    this.#logger = options.logger;
    this.#onStored = options.onStored;
  }

  /** Says whom to tell when something will become due. */
  onDue(listener: (at: number) => void): void {
    this.#onDue = listener;
  }

  /** Says whom to wake when there is something to call off. */
  onAbandoned(listener: () => void): void {
    this.#onAbandoned = listener;
  }

  /** Says whom to wake when a step waits for an event. */
  onWaiting(listener: () => void): void {
    this.#onWaiting = listener;
  }

  /** Says whom to wake when there are failed runs to tell people of. */
  onFailed(listener: () => void): void {
    this.#onFailed = listener;
  }

  /**
   * Begins a run. Answers once it is stored; without `made` when there was one
   * of the same idempotency key.
   *
   * @throws ConflictError when the key stands for something else.
   * @throws StaleVersionError when another version became the current one.
   */
  async start(request: NewRun): Promise<{ id: string; made?: RunSnapshot }> {
    return new Promise((resolve, reject) => {
      this.#starts.push({ id: uuidv7(), request, resolve, reject });
      this.#pump();
    });
  }

  /** Tells a run what happened; answers once what follows is stored. */
  async tell(runId: string, input: RunInput): Promise<void> {
    return new Promise((resolve, reject) => {
      const handle = this.#handleOf(runId);
      handle.waiting.push({ resolve, reject });
      this.#deliver(handle, input);
    });
  }

  /**
   * Tells runs what happened as part of a transaction that has the rights of the
   * control plane, for what must not be true without what follows from it.
   */
  async tellIn(
    tx: Transaction,
    inputs: readonly { stepRunId: string; input: RunInput }[],
  ): Promise<void> {
    tx.withCommit(this.#store.planForKeys(tx));
    const runOf = await this.#store.runsOfSteps(
      tx,
      inputs.map(({ stepRunId }) => stepRunId),
    );
    const byRun = groupBy(
      inputs.filter(({ stepRunId }) => runOf.has(stepRunId)),
      ({ stepRunId }) => runOf.get(stepRunId)!,
    );
    const ids = [...byRun.keys()].sort();
    if (ids.length === 0) {
      return;
    }
    const own = tx.by(ACTOR);
    const versions = await this.#store.lock(own, ids);
    const states = await this.#load(
      own,
      [...versions].map(([id, version]) => ({ id, version })),
    );
    for (const [id, state] of states) {
      for (const { input } of byRun.get(id)!) {
        state.state.apply(input, Date.now());
      }
    }
    const stored = await this.#write(own, [...states.values()]);
    tx.afterCommit(() => this.#adopt(stored));
  }

  /** Ends what is being done, stores what came of it, lets go of the rest. */
  async stop(graceMs: number = 5000): Promise<void> {
    this.#stopped = true;
    const deadline = Date.now() + graceMs;
    while (
      Date.now() < deadline &&
      (this.#performing > 0 || this.#commits > 0 || this.#queue.size > 0)
    ) {
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    for (const handle of this.#handles.values()) {
      clearTimeout(handle.linger);
      for (const abort of handle.performing.values()) {
        abort.abort();
      }
    }
    await this.#database.asSystem(ACTOR, tx =>
      this.#store.removeReplica(tx, this.replica),
    );
  }

  #handleOf(runId: string): Handle {
    const known = this.#handles.get(runId);
    if (known) {
      return known;
    }
    const handle: Handle = {
      runId,
      inbox: [],
      journal: [],
      waiting: [],
      storing: [],
      isBusy: false,
      isQueued: false,
      failures: 0,
      performing: new Map(),
    };
    this.#handles.set(runId, handle);
    return handle;
  }

  #deliver(handle: Handle, input: RunInput): void {
    handle.inbox.push(input);
    this.#advance(handle);
  }

  /** Applies what a run was told, does what follows, and has it stored. */
  #advance(handle: Handle): void {
    if (handle.isBusy) {
      return;
    }
    if (!handle.state) {
      this.#enqueue(handle);
      return;
    }
    this.#applyInbox(handle, handle.state);
    this.#takePerformances(handle);
    if (handle.state.isDirty || handle.waiting.length > 0) {
      if (handle.state.mayLinger && handle.waiting.length === 0) {
        handle.linger ??= setTimeout(() => this.#enqueue(handle), LINGER_MS);
      } else {
        this.#enqueue(handle);
      }
    } else if (handle.performing.size === 0) {
      this.#handles.delete(handle.runId);
      this.#remember({ state: handle.state, workflow: handle.workflow! });
    }
  }

  /** Keeps a stored state that nobody has in hand. */
  #remember(known: KnownRun): void {
    if (!this.#handles.has(known.state.run.id)) {
      this.#remembered.keep(known);
    }
  }

  #applyInbox(handle: Handle, state: RunState): void {
    for (const input of handle.inbox.splice(0)) {
      state.apply(input, Date.now());
      handle.journal.push(input);
    }
    for (const [stepRunId, abort] of handle.performing) {
      const row = state.row(stepRunId);
      if (row && hasEnded(row)) {
        abort.abort();
      }
    }
  }

  #enqueue(handle: Handle): void {
    clearTimeout(handle.linger);
    handle.linger = undefined;
    this.#queue.add(handle);
    this.#pump();
  }

  /** Gathers what comes in the same turn of the event loop. */
  #pump(): void {
    if (this.#pumping || this.#commits >= MAX_COMMITS) {
      return;
    }
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      while (
        this.#commits < MAX_COMMITS &&
        (this.#queue.size > 0 || this.#starts.length > 0)
      ) {
        this.#commit();
      }
    });
  }

  #commit(): void {
    const batch: Handle[] = [];
    for (const handle of this.#queue) {
      if (batch.length === MAX_BATCH) {
        break;
      }
      this.#queue.delete(handle);
      handle.isBusy = true;
      handle.storing = handle.waiting.splice(0);
      batch.push(handle);
    }
    const starts = this.#starts.splice(0, MAX_BATCH);
    this.#commits++;
    this.#storeAll(batch, starts).finally(() => {
      this.#commits--;
      this.#pump();
    });
  }

  /** Stores a batch; when that fails, each of it by itself, so that one cannot hold up the others. */
  async #storeAll(batch: Handle[], starts: Start[]): Promise<void> {
    try {
      await this.#transact(batch, starts);
    } catch (error) {
      if (isKeyTaken(error)) {
        // Another replica was first; its run is there to be found now.
        await this.#storeAll(batch, starts);
        return;
      }
      const mayHaveExpectedWrongly = starts.some(one => one.isExpected);
      for (const start of starts) {
        start.isExpected = false;
      }
      this.#numbers.distrust(starts.map(({ request }) => request.workflow.id));
      const isDown =
        error instanceof Error && error.name === 'ServiceUnavailableError';
      if (mayHaveExpectedWrongly && !isDown) {
        await this.#storeAll(batch, starts);
        return;
      }
      if (batch.length + starts.length > 1 && !isDown) {
        for (const handle of batch) {
          await this.#storeAll([handle], []);
        }
        for (const start of starts) {
          await this.#storeAll([], [start]);
        }
        return;
      }
      starts.forEach(start => start.reject(error));
      batch.forEach(handle => this.#postpone(handle, error));
    }
  }

  /** A run could not be stored: what was not stored is applied again to what the database says. */
  #postpone(handle: Handle, error: unknown): void {
    handle.storing.splice(0).forEach(({ reject }) => reject(error));
    handle.inbox.unshift(...handle.journal.splice(0));
    handle.state = undefined;
    handle.isBusy = false;
    handle.failures++;
    if (handle.failures <= 2) {
      this.#logger.warn(
        `Run ${handle.runId} could not be moved on, and will be again: ${stringifyError(error)}`,
      );
    }
    if (handle.inbox.length === 0 || this.#stopped) {
      this.#handles.delete(handle.runId);
      return;
    }
    setTimeout(
      () => this.#advance(handle),
      Math.min(MAX_BACKOFF_MS, 50 * 2 ** handle.failures),
    ).unref();
  }

  async #transact(batch: Handle[], starts: Start[]): Promise<void> {
    const outcome = await this.#database.asSystem(ACTOR, async tx => {
      const known = await this.#lockAndLoad(tx, batch);
      const begun = await this.#begin(tx, starts);
      const stored = await this.#write(tx, [...known, ...begun.made]);
      return { stored, begun };
    });
    this.#answer(outcome.begun);
    for (const { performance, abort, input } of outcome.begun.late) {
      const { runId, stepRunId } = performance;
      this.#handleOf(runId).performing.set(stepRunId, abort);
      input.then(result => this.#ended(performance, result));
    }
    this.#adopt(outcome.stored, batch);
    for (const handle of batch) {
      handle.storing.splice(0).forEach(({ resolve }) => resolve());
      this.#advance(handle);
    }
  }

  /** Locks the runs of a batch and makes their states agree with the database. */
  async #lockAndLoad(tx: Transaction, batch: Handle[]): Promise<KnownRun[]> {
    if (batch.length === 0) {
      return [];
    }
    tx.withCommit(this.#store.planForKeys(tx));
    const versions = await this.#store.lock(
      tx,
      batch.map(({ runId }) => runId),
    );
    const loaded = await this.#load(
      tx,
      batch.flatMap(({ runId, state }) => {
        const version = versions.get(runId);
        return version === undefined || state?.run.version === version
          ? []
          : [{ id: runId, version }];
      }),
    );
    const known: KnownRun[] = [];
    for (const handle of batch) {
      const fresh = loaded.get(handle.runId);
      if (fresh) {
        handle.state = fresh.state;
        handle.workflow = fresh.workflow;
        handle.inbox.unshift(...handle.journal.splice(0));
      }
      const { state, workflow } = handle;
      if (!state || !workflow || !versions.has(handle.runId)) {
        // The run is gone; there is nobody to tell.
        handle.inbox.length = 0;
        continue;
      }
      this.#applyInbox(handle, state);
      if (state.isDirty) {
        known.push({ state, workflow });
      }
    }
    return known;
  }

  /** The states of locked runs as the database has them. */
  async #load(
    tx: Transaction,
    locked: readonly { id: string; version: number }[],
  ): Promise<Map<string, KnownRun>> {
    const states = new Map<string, KnownRun>();
    const unknown: string[] = [];
    for (const { id, version } of locked) {
      const known = this.#remembered.take(id, version);
      if (known) {
        states.set(id, known);
      } else {
        unknown.push(id);
      }
    }
    if (unknown.length === 0) {
      return states;
    }
    for (const found of await this.#store.load(tx, unknown)) {
      const { run, rows, workflowName } = found;
      const workflow = await this.#programs.getIn(
        tx,
        run.workflowId,
        run.workflowVersion,
      );
      const state = RunState.restore({
        program: workflow.program,
        run,
        rows,
        workflowName,
        replica: this.replica,
      });
      states.set(run.id, { state, workflow });
    }
    return states;
  }

  async #begin(tx: Transaction, starts: readonly Start[]): Promise<Begun> {
    const begun: Begun = { made: [], starts: [], answers: [], late: [] };
    const refuse = (start: Start, error: unknown) =>
      begun.answers.push(() => start.reject(error));
    const keyed = starts.filter(({ request }) => request.idempotencyKey);
    const used = new Map(
      (keyed.length > 0
        ? await this.#store.findByKeys(
            tx,
            keyed.map(({ request }) => ({
              organizationId: request.workflow.organizationId,
              key: request.idempotencyKey!,
            })),
          )
        : []
      ).map(run => [`${run.organizationId} ${run.key}`, run]),
    );
    const fresh: Start[] = [];
    for (const start of starts) {
      const { idempotencyKey, requestHash, workflow } = start.request;
      const key = `${workflow.organizationId} ${idempotencyKey}`;
      const known = idempotencyKey === undefined ? undefined : used.get(key);
      if (!known) {
        fresh.push(start);
        if (idempotencyKey !== undefined) {
          used.set(key, {
            id: start.id,
            organizationId: workflow.organizationId,
            key: idempotencyKey,
            requestHash: requestHash!,
          });
        }
      } else if (known.requestHash.equals(requestHash!)) {
        begun.answers.push(() => start.resolve({ id: known.id }));
      } else {
        refuse(
          start,
          new ConflictError(
            'idempotencyKey: another run was started under this key; use the key only for the same content',
          ),
        );
      }
    }
    const counts = groupBy(fresh, ({ request }) => request.workflow.id);
    const { numbered, isExpected } = await this.#takeNumbers(
      tx,
      [...counts].map(([id, { length }]) => ({ id, count: length })),
    );
    for (const start of fresh) {
      start.isExpected = isExpected;
    }
    for (const [id, sameWorkflow] of counts) {
      const row = numbered.get(id);
      let number = row ? row.lastNumber - sameWorkflow.length : 0;
      for (const start of sameWorkflow) {
        const { request } = start;
        if (
          !row ||
          (!request.pinned && row.version !== request.workflow.version)
        ) {
          refuse(start, new StaleVersionError('The workflow has changed'));
          continue;
        }
        const known = this.#beginOne(start.id, request, ++number);
        begun.made.push(known);
        begun.starts.push({ start, known });
      }
    }
    begun.late = await performAhead(
      begun.made.map(({ state }) => state),
      {
        ms: AHEAD_MS,
        limit: MAX_PERFORMING,
        attempt: (...performance) => this.#attempt(...performance),
      },
    );
    return begun;
  }

  async #takeNumbers(
    tx: Transaction,
    wanted: readonly { id: string; count: number }[],
  ): Promise<{
    numbered: ReadonlyMap<string, Numbered>;
    isExpected: boolean;
  }> {
    const expected = this.#numbers.expect(wanted);
    if (expected) {
      tx.withCommit(this.#workflows.takeExpectedNumbers(tx, wanted, expected));
      return { numbered: expected, isExpected: true };
    }
    const taken = await this.#workflows.takeNumbers(tx, wanted);
    this.#numbers.learn(taken);
    return { numbered: taken, isExpected: false };
  }

  /** The state of a run that begins. */
  #beginOne(id: string, request: NewRun, number: number): KnownRun {
    const { workflow } = request;
    const { timeout } = workflow.program.document.spec;
    const startedAt = Date.now();
    const run: RunRecord = {
      id,
      organizationId: workflow.organizationId,
      workflowId: workflow.id,
      workflowVersion: workflow.version,
      number,
      status: 'running',
      phase: 'forward',
      trigger: request.trigger,
      triggerData: request.triggerData,
      parameters: request.parameters,
      startedBy: request.startedBy,
      actsAs: request.actsAs,
      actingRole: request.actingRole,
      entityRef: request.entityRef,
      idempotencyKey: request.idempotencyKey,
      requestHash: request.requestHash,
      depth: request.depth,
      resumedFrom: request.resumedFrom,
      parentRunId: request.parentRunId,
      parentStepId: request.parentStepId,
      traceparent: request.traceparent ?? newTraceparent(),
      deadlineAt:
        timeout === undefined ? undefined : startedAt + parseDuration(timeout),
      stepsTotal: 0,
      stepsSucceeded: 0,
      stepsFailed: 0,
      stepsOpen: 0,
      costMicros: 0,
      endedSteps: 0,
      startedAt,
      version: 0,
    };
    const reused = request.reused?.(id) ?? [];
    run.endedSteps = Math.max(0, ...reused.map(row => row.endedOrder ?? 0));
    const state = RunState.begin({
      program: workflow.program,
      run,
      workflowName: workflow.name,
      replica: this.replica,
      reused,
    });
    return { state, workflow };
  }

  /** Makes what the states ask for, and stores them; answers all that were stored, children included. */
  async #write(
    tx: Transaction,
    states: readonly KnownRun[],
  ): Promise<KnownRun[]> {
    const all = [...states];
    const made = new Set<RunEffect>();
    // What is begun, and what goes on after a failure, asks for something too.
    for (;;) {
      const asked = all.flatMap(known =>
        known.state
          .effects()
          .filter(effect => !made.has(effect))
          .map(effect => ({
            run: known.state.run,
            runName: nameOf(known),
            effect,
          })),
      );
      if (asked.length === 0) {
        break;
      }
      asked.forEach(({ effect }) => made.add(effect));
      const { children, failures } = await this.#effects.make(
        tx,
        asked,
        (...child) => this.#startChild(tx, ...child),
      );
      all.push(...children);
      for (const failure of failures) {
        all
          .find(({ state }) => state.row(failure.stepRunId))
          ?.state.apply({ kind: 'effectFailed', ...failure }, Date.now());
      }
    }
    const dirty = all.filter(({ state }) => state.isDirty);
    if (dirty.length > 0) {
      const changes = dirty.map(({ state }) => state.changes());
      const events = dirty.flatMap((known, index) =>
        this.#eventsOf(known, changes[index]),
      );
      tx.withCommit(this.#store.write(tx, changes));
      tx.withCommit(this.#events.append(tx, events));
      const failed = changes.filter(isFailure).map(({ run }) => run);
      if (failed.length > 0) {
        tx.withCommit(this.#notices.add(tx, failed));
        tx.afterCommit(() => this.#onFailed());
      }
    }
    return dirty;
  }

  async #startChild(
    tx: Transaction,
    parent: RunRecord,
    step: StepRecord,
    action: {
      name: string;
      version?: string;
      parameters: Record<string, unknown>;
    },
  ): Promise<KnownRun> {
    if (parent.depth >= MAX_DEPTH) {
      throw new ConflictError(
        `Runs may start runs ${MAX_DEPTH} deep; this one is ${parent.depth} deep already`,
      );
    }
    const version = await this.#workflows.resolve(tx, {
      organizationId: parent.organizationId,
      ...action,
    });
    const workflow = await this.#programs.getIn(
      tx,
      version.workflowId,
      version.version,
    );
    const parameters = workflow.program.checkParameters(action.parameters);
    const numbered = await this.#workflows.takeNumbers(tx, [
      { id: workflow.id, count: 1 },
    ]);
    return this.#beginOne(
      uuidv7(),
      {
        workflow,
        pinned: true,
        parameters,
        trigger: 'workflow',
        startedBy: parent.startedBy,
        actsAs: parent.actsAs,
        actingRole: parent.actingRole,
        entityRef: parent.entityRef,
        depth: parent.depth + 1,
        traceparent: parent.traceparent,
        parentRunId: parent.id,
        parentStepId: step.id,
      },
      numbered.get(workflow.id)!.lastNumber,
    );
  }

  #eventsOf(known: KnownRun, changes: RunChanges): NewEvent[] {
    const { run } = changes;
    return changes.topics.map(topic => ({
      organizationId: run.organizationId,
      topic,
      actor: topic === 'run.started' ? run.startedBy : ACTOR,
      subject: {
        kind: 'run',
        id: run.id,
        name: nameOf(known),
      },
      entityRef: run.entityRef,
      detail: topic === 'run.started' ? undefined : run.error?.slice(0, 500),
      depth: run.depth + 1,
    }));
  }

  #answer(begun: Begun): void {
    begun.answers.forEach(answer => answer());
    for (const { start, known } of begun.starts) {
      start.resolve({
        id: start.id,
        made: snapshotOf(known.state, known.workflow),
      });
    }
  }

  /** States were stored: goes on with them from here, as far as this replica has something to do. */
  #adopt(stored: readonly KnownRun[], batch: readonly Handle[] = []): void {
    const announced = new Set(
      stored.filter(({ state }) => state.changes().topics.length > 0),
    );
    for (const { state } of stored) {
      state.stored();
    }
    for (const handle of batch) {
      handle.journal.length = 0;
      handle.failures = 0;
      handle.isBusy = false;
    }
    for (const known of stored) {
      this.#onStored(known.state.run, announced.has(known));
      this.#announce(known.state);
      this.#goOn(known.state, known.workflow);
      this.#remember(known);
    }
  }

  /** Tells those who wait for something that a stored state has now. */
  #announce(state: RunState): void {
    const { run } = state;
    const due = state.nextDue();
    if (due !== undefined) {
      this.#onDue(due);
    }
    for (const { abandoned, waitTopic } of state.rows()) {
      if (abandoned) {
        this.#onAbandoned();
      }
      if (waitTopic !== undefined) {
        this.#onWaiting();
      }
    }
    if (run.phase === 'ended' && run.parentRunId && run.parentStepId) {
      this.#deliver(this.#handleOf(run.parentRunId), {
        kind: 'childEnded',
        stepRunId: run.parentStepId,
        childRunId: run.id,
        status: run.status,
        outputs: run.outputs,
        error: run.error,
      });
    }
  }

  /** Does what a stored state asks of this replica. */
  #goOn(state: RunState, workflow: LoadedWorkflow): void {
    const performances = state.takePerformances();
    if (performances.length === 0) {
      return;
    }
    const handle = this.#handleOf(state.run.id);
    // Where the handle has a state of its own that is at odds with this one, it
    // finds out by the version of the run.
    if (!handle.isBusy && handle.journal.length === 0) {
      handle.state = state;
      handle.workflow = workflow;
    }
    for (const performance of performances) {
      this.#perform(handle, performance, state.run);
    }
  }

  #takePerformances(handle: Handle): void {
    const { state } = handle;
    for (const performance of state?.takePerformances() ?? []) {
      this.#perform(handle, performance, state!.run);
    }
  }

  #perform(handle: Handle, performance: Performance, run: RunRecord): void {
    handle.performing.set(performance.stepRunId, new AbortController());
    this.#toPerform.push({ performance, run });
    this.#performNext();
  }

  #performNext(): void {
    while (this.#performing < MAX_PERFORMING && this.#toPerform.length > 0) {
      const { performance, run } = this.#toPerform.shift()!;
      this.#performing++;
      this.#performOne(performance, run).finally(() => {
        this.#performing--;
        this.#performNext();
      });
    }
  }

  async #performOne(performance: Performance, run: RunRecord): Promise<void> {
    const { runId, stepRunId } = performance;
    const { signal } =
      this.#handleOf(runId).performing.get(stepRunId) ?? new AbortController();
    this.#ended(performance, await this.#attempt(performance, run, signal));
  }

  #ended(performance: Performance, input: RunInput): void {
    const handle = this.#handleOf(performance.runId);
    handle.performing.delete(performance.stepRunId);
    this.#deliver(handle, input);
  }

  async #attempt(
    performance: Performance,
    run: RunRecord,
    signal: AbortSignal,
  ): Promise<RunInput> {
    const { stepRunId, attempt } = performance;
    try {
      signal.throwIfAborted();
      const result = await this.#performer.perform(performance, {
        run,
        signal,
      });
      return { kind: 'performed', stepRunId, attempt, result };
    } catch (error) {
      return {
        kind: 'attemptFailed',
        stepRunId,
        attempt,
        error: error instanceof Error ? error.message : stringifyError(error),
        retryable: this.#performer.mayRetry(error),
      };
    }
  }
}

/** What people call a run. */
function nameOf({ state, workflow }: KnownRun): string {
  return `${workflow.title} #${state.run.number}`;
}

/** Whether a run ends, and not as it was meant to. */
function isFailure({ topics }: RunChanges): boolean {
  return topics.includes('run.failed') || topics.includes('run.partial');
}

/** Whether a run was started under the same idempotency key at the same moment. */
function isKeyTaken(error: unknown): boolean {
  const { cause } = error as { cause?: unknown };
  return violatedConstraint(cause) === 'workflow_runs_idempotency';
}

interface Begun {
  made: KnownRun[];
  starts: { start: Start; known: KnownRun }[];
  /** What is still being done for runs that are stored by now. */
  late: LatePerformance[];
  /** What is answered to those who got no run, once the transaction is committed. */
  answers: (() => void)[];
}
