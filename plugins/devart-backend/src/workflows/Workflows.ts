import type {
  AuthService,
  LoggerService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { Router } from 'express';
import type { RateLimiter } from '../access/RateLimiter';
import type { Approvals } from '../approvals/Approvals';
import type { AuditTrail } from '../audit/AuditTrail';
import type { EntityOwners } from '../access/EntityOwners';
import type { ObjectAccess } from '../access/ObjectAccess';
import type { DevartConfig } from '../config/DevartConfig';
import type { Database } from '../database/Database';
import { createRetention } from '../loops/createRetention';
import type { Loop } from '../loops/Loop';
import type { Part } from '../loops/Part';
import type { Audience } from '../notices/Audience';
import type { AllHandlers } from '../operations/Handlers';
import type { OperationPerformer } from '../operations/OperationPerformer';
import type { Outbox } from '../outbox/Outbox';
import type { Tasks } from '../tasks/Tasks';
import { ActingCallers } from './steps/ActingCallers';
import { createEventMatcher } from './triggers/createEventMatcher';
import { createRunKind } from './runs/createRunKind';
import {
  createRunCleaner,
  createRunKeeper,
  createRunTimer,
} from './runs/createRunLoops';
import { createRunNotifier } from './notices/createRunNotifier';
import { RunNoticeStore } from './notices/RunNoticeStore';
import { createScheduler } from './triggers/createScheduler';
import { createWorkflowWebhookRouter } from './triggers/createWorkflowWebhookRouter';
import { EventInbox } from './triggers/EventInbox';
import { HttpRequester } from './steps/HttpRequester';
import { createRunHandlers, createWorkflowHandlers } from './operations';
import { OperationSteps } from './steps/OperationSteps';
import { ProgramCache } from './versions/ProgramCache';
import { RunEffects } from './runs/RunEffects';
import { RunEngine } from './runs/RunEngine';
import { RunsService } from './runs/RunsService';
import { RunStore } from './runs/RunStore';
import { SecretBox } from './secrets/SecretBox';
import { StepPerformer } from './steps/StepPerformer';
import { WorkflowsService } from './versions/WorkflowsService';
import { WorkflowStore } from './versions/WorkflowStore';

/** What workflows are built on. */
export interface WorkflowsOptions {
  config: Pick<DevartConfig, 'workflows' | 'secretKeys' | 'roles' | 'runDays'>;
  database: Database;
  access: ObjectAccess;
  owners: EntityOwners;
  outbox: Outbox;
  tasks: Tasks;
  approvals: Approvals;
  auth: AuthService;
  catalog: CatalogService;
  permissions: PermissionsService;
  notifications: NotificationService;
  audience: Audience;
  logger: LoggerService;
}

/** Workflows and their runs, put together. */
export class Workflows implements Part {
  static async create(options: WorkflowsOptions): Promise<Workflows> {
    const { config, database, access, outbox, logger } = options;
    access.add(createRunKind(options));
    const { events, hints } = outbox;
    const { service: tasks, machine } = options.tasks;
    const approvals = options.approvals.service;
    const { leaseSeconds, allowedHosts } = config.workflows;
    const workflowStore = new WorkflowStore();
    const store = new RunStore();
    const notices = new RunNoticeStore();
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
      notices,
      workflows: workflowStore,
      programs,
      effects: new RunEffects({ tasks, approvals }),
      performer,
      events,
      logger,
      onStored: (run, announced) => {
        if (!announced) {
          hints.gather({ topic: 'run', id: run.id });
        }
      },
    });
    const runs = new RunsService({
      database,
      access,
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
    const notifier = createRunNotifier({ ...options, store: notices });
    engine.onFailed(() => notifier.wake());
    outbox.onPublishing(async (tx, published) => {
      if ((await inbox.keep(tx, published)) > 0) {
        tx.afterCommit(() => matcher.wake());
      }
    });
    // Before it takes anything in hand, since whatever nobody holds is taken over.
    await database.asSystem('system:workflows', tx =>
      store.keepReplica(tx, engine.replica, leaseSeconds),
    );
    return new Workflows({
      engine,
      handlers: {
        workflows: createWorkflowHandlers(workflows, runs),
        runs: createRunHandlers(runs),
      },
      operateWith: runner => performer.operateWith(runner),
      vital: [
        createRunTimer(moving),
        createRunKeeper({ ...moving, leaseSeconds }),
        createRunCleaner({ ...moving, tasks, approvals }),
        matcher,
        scheduler,
      ],
      background: [
        notifier,
        createRetention({
          name: 'run retention',
          database,
          store,
          days: config.runDays,
          // A run has up to some thousands of steps.
          batch: 100,
          logger,
        }),
      ],
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

  readonly handlers: Pick<AllHandlers, 'workflows' | 'runs'>;
  /** Says what does the operations of steps. */
  readonly operateWith: (runner: OperationPerformer) => void;
  readonly webhookRouter: (audit: AuditTrail, limiter: RateLimiter) => Router;
  /** Without any of these, runs do not move on. */
  readonly vital: readonly Loop[];
  readonly background: readonly Loop[];
  readonly #engine: RunEngine;

  private constructor(
    parts: Pick<
      Workflows,
      'handlers' | 'operateWith' | 'webhookRouter' | 'vital' | 'background'
    > & { engine: RunEngine },
  ) {
    this.handlers = parts.handlers;
    this.operateWith = parts.operateWith;
    this.webhookRouter = parts.webhookRouter;
    this.vital = parts.vital;
    this.background = parts.background;
    this.#engine = parts.engine;
  }

  async stop(): Promise<void> {
    await this.#engine.stop();
  }
}
