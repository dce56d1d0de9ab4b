import { createHash } from 'node:crypto';
import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import {
  RESOURCE_TYPE_RUN,
  type Role,
  type Run,
  type RunSummary,
} from '@devart/plugin-devart-common';
import { v7 as uuidv7 } from 'uuid';
import { scopeOf, type MemberCaller } from '../../access/Caller';
import type { ObjectAccess } from '../../access/ObjectAccess';
import { causeDepth } from '../../database/causeDepth';
import { CostStore } from '../../budgets/CostStore';
import type { Database } from '../../database/Database';
import type { EventLog } from '../../outbox/EventLog';
import type { OperationSteps } from '../steps/OperationSteps';
import type { LoadedWorkflow } from '../versions/LoadedWorkflow';
import type { ProgramCache } from '../versions/ProgramCache';
import { planResume, type ResumePlan } from '../state/resumePlan';
import {
  MAX_DEPTH,
  StaleVersionError,
  type NewRun,
  type RunEngine,
  type RunSnapshot,
} from './RunEngine';
import type { StepRecord } from '../state/RunRecord';
import type { ListedRun, RunFilter, RunStore } from './RunStore';
import { toRun, toRunSummary } from './toRun';

/** How often a start is tried while new versions are published at the same time. */
const MAX_TRIES = 5;
/** Runs whose steps say what a step is expected to take. */
const MEDIAN_RUNS = 50;

/** What starts a run that nobody asks for in person. */
export interface TriggeredRun {
  organizationId: string;
  workflowId: string;
  trigger: 'schedule' | 'event' | 'webhook';
  triggerData: Record<string, unknown>;
  /** The parameters that it gives to a version of the workflow. */
  parametersOf: (workflow: LoadedWorkflow) => Record<string, unknown>;
  startedBy: string;
  /** In whose name it acts; whoever published the version unless given. */
  actsAs?: { actor: string; role: Role };
  entityRef?: string;
  /** The same key starts one run, however often it is tried. */
  key: string;
  depth: number;
}

function hashOf(content: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(content)).digest();
}

function listedOf({ run, workflow }: RunSnapshot): ListedRun {
  return { run, workflowName: workflow.name, workflowTitle: workflow.title };
}

function requireDepth(depth: number): void {
  if (depth > MAX_DEPTH) {
    throw new ConflictError(
      `Runs may start runs ${MAX_DEPTH} deep; this one would be ${depth} deep`,
    );
  }
}

/** Runs of workflows as people, services and triggers deal with them. */
export class RunsService {
  readonly #database: Database;
  readonly #access: ObjectAccess;
  readonly #store: RunStore;
  readonly #costs = new CostStore();
  readonly #programs: ProgramCache;
  readonly #engine: RunEngine;
  readonly #steps: OperationSteps;
  readonly #events: EventLog;

  constructor(options: {
    database: Database;
    access: ObjectAccess;
    store: RunStore;
    programs: ProgramCache;
    engine: RunEngine;
    steps: OperationSteps;
    events: EventLog;
  }) {
    this.#database = options.database;
    this.#access = options.access;
    this.#store = options.store;
    this.#programs = options.programs;
    this.#engine = options.engine;
    this.#steps = options.steps;
    this.#events = options.events;
  }

  /**
   * Starts a run in the name of a caller.
   *
   * @throws InvalidInputError naming each parameter that is wrong.
   * @throws NotAllowedError when a step would do what the caller may not.
   * @throws ConflictError when the idempotency key stands for another run.
   */
  async trigger(
    caller: MemberCaller,
    request: {
      workflowId: string;
      parameters: Record<string, unknown>;
      version?: string;
      entityRef?: string;
      idempotencyKey?: string;
    },
    traceparent?: string,
  ): Promise<Run> {
    const depth = causeDepth();
    requireDepth(depth);
    const { workflowId, version, entityRef, idempotencyKey } = request;
    const requestHash =
      idempotencyKey === undefined
        ? undefined
        : hashOf([workflowId, version, entityRef, request.parameters]);
    const { id, made } = await this.#start(
      caller.organizationId,
      workflowId,
      version,
      async workflow => {
        const parameters = workflow.program.checkParameters(request.parameters);
        await this.#steps.requirePermitted(caller, workflow.program);
        return {
          parameters,
          trigger: 'manual',
          startedBy: caller.actor,
          actsAs: caller.actor,
          actingRole: caller.role,
          entityRef,
          idempotencyKey,
          requestHash,
          depth,
          traceparent,
        };
      },
    );
    return made
      ? toRun({ ...listedOf(made), rows: made.rows }, made.workflow.program)
      : this.get(caller, id);
  }

  /** Starts a run that a schedule, an event or a webhook asks for; answers its id. */
  async triggerBySystem(
    request: TriggeredRun,
  ): Promise<{ id: string; number?: number }> {
    requireDepth(request.depth);
    const { id, made } = await this.#start(
      request.organizationId,
      request.workflowId,
      undefined,
      async workflow => ({
        parameters: workflow.program.checkParameters(
          request.parametersOf(workflow),
        ),
        trigger: request.trigger,
        triggerData: request.triggerData,
        startedBy: request.startedBy,
        actsAs: request.actsAs?.actor ?? workflow.publishedBy,
        actingRole: request.actsAs?.role ?? workflow.publishedRole,
        entityRef: request.entityRef,
        idempotencyKey: request.key,
        requestHash: hashOf(request.key),
        depth: request.depth,
      }),
    );
    return { id, number: made?.run.number };
  }

  async list(caller: MemberCaller, filter: RunFilter): Promise<RunSummary[]> {
    const visible = await this.#access.visible(caller, RESOURCE_TYPE_RUN, 'r');
    return this.#database.inScope(scopeOf(caller), async tx => {
      const listed = await this.#store.list(
        tx,
        caller.organizationId,
        filter,
        visible,
      );
      const costs = await this.#costs.ofRuns(
        tx,
        listed.map(({ run }) => run.id),
      );
      return listed.map(one => ({
        ...toRunSummary(one),
        costMicros: costs.get(one.run.id) ?? 0,
      }));
    });
  }

  /** @throws NotFoundError */
  async get(caller: MemberCaller, id: string): Promise<Run> {
    const { found, workflow } = await this.#read(caller, id);
    const run = toRun(found, workflow.program);
    return this.#database.inScope(scopeOf(caller), async tx => {
      const ofRuns = await this.#costs.ofRuns(tx, [id]);
      const ofTasks = await this.#costs.ofTasks(
        tx,
        run.stepRuns.flatMap(({ taskId }) => taskId ?? []),
      );
      return {
        ...run,
        costMicros: ofRuns.get(id) ?? 0,
        stepRuns: run.stepRuns.map(step => ({
          ...step,
          // What a reused step cost is in the run that did it.
          costMicros: (!step.reused && ofTasks.get(step.taskId ?? '')) || 0,
        })),
      };
    });
  }

  /**
   * Stops a run.
   *
   * @throws ConflictError when it has come to its end otherwise.
   */
  async cancel(
    caller: MemberCaller,
    id: string,
    reason?: string,
  ): Promise<Run> {
    const { found } = await this.#read(caller, id);
    const { status } = found.run;
    if (status !== 'running' && status !== 'cancelled') {
      throw new ConflictError(
        `The run has ended as ${status}; only a run that is under way can be cancelled`,
      );
    }
    if (status === 'running') {
      await this.#engine.tell(id, {
        kind: 'cancel',
        by: caller.actor,
        reason,
      });
    }
    return this.get(caller, id);
  }

  /** What a resume would do, and what that is expected to take. */
  async previewResume(caller: MemberCaller, id: string, from?: string) {
    const { found, workflow } = await this.#read(caller, id);
    const plan = planResume(workflow.program, found.run, found.rows, from);
    const medians = new Map(
      (
        await this.#database.inScope(scopeOf(caller), tx =>
          this.#store.medians(tx, found.run.workflowId, MEDIAN_RUNS),
        )
      ).map(median => [median.step, median]),
    );
    const steps = plan.steps.map(({ id: step, action }) => {
      const node = workflow.program.step(step)!;
      const median = action === 'reuse' ? undefined : medians.get(step);
      return {
        step,
        name: node.name,
        action,
        sideEffect: node.sideEffect,
        expectedCostMicros: median?.costMicros,
        expectedSeconds: median?.seconds,
      };
    });
    const costs = steps.flatMap(step => step.expectedCostMicros ?? []);
    return {
      from: plan.from,
      version: found.run.workflowVersion,
      steps,
      expectedCostMicros:
        costs.length > 0 ? costs.reduce((sum, cost) => sum + cost) : undefined,
      repeatsExternal: repeatsExternal(plan, workflow),
    };
  }

  /**
   * Starts a run of the same version that takes over what had succeeded.
   *
   * @throws InputError when something external would be done again, and that is
   * not confirmed.
   */
  async resume(
    caller: MemberCaller,
    id: string,
    request: {
      from?: string;
      confirmExternal: boolean;
      idempotencyKey?: string;
    },
    traceparent?: string,
  ): Promise<Run> {
    const { found, workflow } = await this.#read(caller, id);
    const { run } = found;
    const plan = planResume(workflow.program, run, found.rows, request.from);
    if (repeatsExternal(plan, workflow) && !request.confirmExternal) {
      throw new InputError(
        'confirmExternal: must be true, since something that reaches beyond the control plane would be done again; see the preview',
      );
    }
    const depth = causeDepth();
    requireDepth(depth);
    const { idempotencyKey } = request;
    const started = await this.#start(
      caller.organizationId,
      run.workflowId,
      run.workflowVersion,
      async () => {
        await this.#steps.requirePermitted(caller, workflow.program);
        return {
          parameters: run.parameters,
          trigger: 'resume',
          triggerData: run.triggerData,
          startedBy: caller.actor,
          actsAs: caller.actor,
          actingRole: caller.role,
          entityRef: run.entityRef,
          idempotencyKey,
          requestHash:
            idempotencyKey === undefined
              ? undefined
              : hashOf(['resume', id, request.from]),
          depth,
          traceparent,
          resumedFrom: id,
          reused: plan.rows,
        };
      },
    );
    return this.get(caller, started.id);
  }

  /** Leaves an event for whoever waits for it. */
  async sendEvent(
    caller: MemberCaller,
    event: {
      topic: string;
      payload: Record<string, unknown>;
      entityRef?: string;
    },
  ): Promise<string> {
    const id = uuidv7();
    const { organizationId } = caller;
    await this.#database.inScope(scopeOf(caller), tx =>
      this.#events.append(tx, [
        {
          id,
          organizationId,
          topic: event.topic,
          subject: {
            kind: 'organization',
            id: organizationId,
            name: event.topic,
          },
          entityRef: event.entityRef,
          payload: event.payload,
        },
      ]),
    );
    return id;
  }

  async #start(
    organizationId: string,
    workflowId: string,
    version: string | undefined,
    prepare: (
      workflow: LoadedWorkflow,
    ) => Promise<Omit<NewRun, 'workflow' | 'pinned'>>,
  ): Promise<{ id: string; made?: RunSnapshot }> {
    for (let tries = 1; ; tries++) {
      const workflow = await this.#programs.get(
        organizationId,
        workflowId,
        version,
      );
      const prepared = await prepare(workflow);
      try {
        return await this.#engine.start({
          ...prepared,
          workflow,
          pinned: version !== undefined,
        });
      } catch (error) {
        if (!(error instanceof StaleVersionError)) {
          throw error;
        }
        this.#programs.forget(workflowId);
        if (tries === MAX_TRIES || version !== undefined) {
          throw new NotFoundError(`There is no workflow ${workflowId}`);
        }
      }
    }
  }

  async #read(
    caller: MemberCaller,
    id: string,
  ): Promise<{
    found: ListedRun & { rows: StepRecord[] };
    workflow: LoadedWorkflow;
  }> {
    const { organizationId } = caller;
    const found = await this.#database.inScope(scopeOf(caller), tx =>
      this.#store.find(tx, organizationId, id),
    );
    if (!found) {
      throw new NotFoundError(`There is no run ${id}`);
    }
    const { workflowId, workflowVersion } = found.run;
    const workflow = await this.#programs.get(
      organizationId,
      workflowId,
      workflowVersion,
    );
    return { found, workflow };
  }
}

function repeatsExternal(plan: ResumePlan, workflow: LoadedWorkflow): boolean {
  return plan.steps.some(
    ({ id, action }) =>
      action === 'repeat' &&
      workflow.program.step(id)!.sideEffect === 'external',
  );
}
