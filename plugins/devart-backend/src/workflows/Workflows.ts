import type {
  AuthService,
  LoggerService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { Router } from 'express';
import type { RateLimiter } from '../access/RateLimiter';
import type { ApprovalsService } from '../approvals/ApprovalsService';
import type { AuditTrail } from '../audit/AuditTrail';
import type { DevartConfig } from '../config/DevartConfig';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import { createRetention } from '../loops/createRetention';
import type { Loop } from '../loops/Loop';
import type { OperationRunner } from '../operations/OperationRunner';
import type { EventLog } from '../outbox/EventLog';
import type { TaskMachine } from '../tasks/TaskMachine';
import type { TasksService } from '../tasks/TasksService';
import { ActingCallers } from './ActingCallers';
import { createEventMatcher } from './createEventMatcher';
import {
  createRunCleaner,
  createRunKeeper,
  createRunTimer,
} from './createRunLoops';
import { createScheduler } from './createScheduler';
import { createWorkflowWebhookRouter } from './createWorkflowWebhookRouter';
import { EventInbox } from './EventInbox';
import { HttpRequester } from './HttpRequester';
import { OperationSteps } from './OperationSteps';
import { ProgramCache } from './ProgramCache';
import { RunEffects } from './RunEffects';
import { RunEngine } from './RunEngine';
import { RunsService } from './RunsService';
import { RunStore } from './RunStore';
import { SecretBox } from './SecretBox';
import { StepPerformer } from './StepPerformer';
import { WorkflowsService } from './WorkflowsService';
import { WorkflowStore } from './WorkflowStore';

/** What workflows are built on. */
export interface WorkflowsOptions {
  config: Pick<DevartConfig, 'workflows' | 'secretKeys' | 'roles' | 'runDays'>;
  database: Database;
  events: EventLog;
  tasks: TasksService;
  machine: TaskMachine;
  approvals: ApprovalsService;
  auth: AuthService;
  catalog: CatalogService;
  permissions: PermissionsService;
  logger: LoggerService;
  /** Called when a run changed without an event. */
  onChanged: (runId: string) => void;
}

/** Workflows and their runs, put together. */
export class Workflows {
  static async create(options: WorkflowsOptions): Promise<Workflows> {
    const { config, database, events, tasks, machine, approvals } = options;
    const { logger } = options;
    const { leaseSeconds, allowedHosts } = config.workflows;
    const workflowStore = new WorkflowStore();
    const store = new RunStore();
    const programs = new ProgramCache({ database, store: workflowStore });
    const steps = new OperationSteps({ permissions: options.permissions });
    const secrets = new SecretBox(config.secretKeys);
    const performer = new StepPerformer({
      callers: new ActingCallers({
        auth: options.auth,
        catalog: options.catalog,
        roles: config.roles,
      }),
      http: new HttpRequester({ allowedHosts }),
    });
    const engine = new RunEngine({
      database,
      store,
      workflows: workflowStore,
      programs,
      effects: new RunEffects({ tasks, approvals }),
      performer,
      events,
      logger,
      onStored: (run, announced) => {
        if (!announced) {
          options.onChanged(run.id);
        }
      },
    });
    const runs = new RunsService({
      database,
      store,
      programs,
      engine,
      steps,
      events,
    });
    const workflows = new WorkflowsService({
      database,
      store: workflowStore,
      programs,
      steps,
      secrets,
      events,
    });

    machine.onStepTaskEnded((tx, ended) =>
      engine.tellIn(
        tx,
        ended.map(task => ({
          stepRunId: task.runStepId,
          input: {
            kind: 'taskEnded',
            stepRunId: task.runStepId,
            taskId: task.id,
            status: task.status,
            output: task.output,
            error: task.error,
          },
        })),
      ),
    );
    approvals.onDeciding(async (tx, { subject }) => {
      if (subject.kind === 'run') {
        await store.lock(tx, [subject.id]);
      }
    });
    approvals.onDecided(async (tx, { subject, id, ...decided }) => {
      const stepRunId = subject?.kind === 'run' ? subject.stepRunId : undefined;
      if (stepRunId) {
        await engine.tellIn(tx, [
          {
            stepRunId,
            input: {
              kind: 'approvalDecided',
              stepRunId,
              approvalId: id,
              ...decided,
            },
          },
        ]);
      }
    });

    const inbox = new EventInbox();
    const moving = { database, store, engine, logger };
    const matcher = createEventMatcher({
      database,
      inbox,
      workflows: workflowStore,
      programs,
      engine,
      runs,
      logger,
    });
    engine.onWaiting(() => matcher.wake());
    const scheduler = createScheduler({
      database,
      store: workflowStore,
      runs,
      logger,
    });
    workflows.onScheduled(() => scheduler.wake());
    // Before it takes anything in hand, since whatever nobody holds is taken over.
    await database.asSystem('system:workflows', tx =>
      store.keepReplica(tx, engine.replica, leaseSeconds),
    );
    return new Workflows({
      workflows,
      runs,
      engine,
      operateWith: runner => performer.operateWith(runner),
      loops: [
        createRunTimer(moving),
        createRunKeeper({ ...moving, leaseSeconds }),
        createRunCleaner({ ...moving, tasks, approvals }),
        matcher,
        scheduler,
      ],
      retention: createRetention({
        name: 'run retention',
        database,
        store,
        days: config.runDays,
        // A run has up to some thousands of steps.
        batch: 100,
        logger,
      }),
      onPublishing: async (tx, published) => {
        if ((await inbox.keep(tx, published)) > 0) {
          tx.afterCommit(() => matcher.wake());
        }
      },
      webhookRouter: (audit, limiter) =>
        createWorkflowWebhookRouter({
          database,
          store: workflowStore,
          programs,
          runs,
          secrets,
          audit,
          limiter,
        }),
    });
  }

  readonly workflows: WorkflowsService;
  readonly runs: RunsService;
  readonly engine: RunEngine;
  /** Says what does the operations of steps. */
  readonly operateWith: (runner: OperationRunner) => void;
  /** Without any of these, runs do not move on. */
  readonly loops: readonly Loop[];
  /** Removes runs that ended long ago. */
  readonly retention: Loop;
  /** To be called in the transaction that publishes events. */
  readonly onPublishing: (
    tx: Transaction,
    published: readonly { id: string; organization_id: string }[],
  ) => Promise<void>;
  readonly webhookRouter: (audit: AuditTrail, limiter: RateLimiter) => Router;

  private constructor(parts: {
    workflows: WorkflowsService;
    runs: RunsService;
    engine: RunEngine;
    operateWith: Workflows['operateWith'];
    loops: readonly Loop[];
    retention: Loop;
    onPublishing: Workflows['onPublishing'];
    webhookRouter: Workflows['webhookRouter'];
  }) {
    this.workflows = parts.workflows;
    this.runs = parts.runs;
    this.engine = parts.engine;
    this.operateWith = parts.operateWith;
    this.loops = parts.loops;
    this.retention = parts.retention;
    this.onPublishing = parts.onPublishing;
    this.webhookRouter = parts.webhookRouter;
  }
}
