import type {
  AuthService,
  DatabaseService,
  HttpAuthService,
  LoggerService,
  PermissionsService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import type {
  ActionsRegistryService,
  MetricsService,
} from '@backstage/backend-plugin-api/alpha';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { EventsService } from '@backstage/plugin-events-node';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { SignalsService } from '@backstage/plugin-signals-node';
import { approvalDecidePermission } from '@devart/plugin-devart-common';
import type {
  CodeHost,
  InboundWebhook,
  TaskTransport,
} from '@devart/plugin-devart-node';
import { Router } from 'express';
import { CallerResolver } from './access/CallerResolver';
import { isPermitted } from './access/isPermitted';
import { Organizations } from './access/Organizations';
import { RateLimiter } from './access/RateLimiter';
import { AgentKeyring } from './agents/AgentKeyring';
import { AgentsService } from './agents/AgentsService';
import { AgentStore } from './agents/AgentStore';
import { EnrolmentService } from './agents/EnrolmentService';
import { EnrolmentStore } from './agents/EnrolmentStore';
import { createAgentHandlers } from './agents/operations';
import { ApprovalMachine } from './approvals/ApprovalMachine';
import { ApprovalsService } from './approvals/ApprovalsService';
import { ApprovalStore } from './approvals/ApprovalStore';
import { createApprovalKeeper } from './approvals/createApprovalKeeper';
import { createApprovalNotifier } from './approvals/createApprovalNotifier';
import { createPrincipalFinder } from './approvals/createPrincipalFinder';
import { joinTasksWithApprovals } from './approvals/joinTasksWithApprovals';
import { NoticeStore } from './approvals/NoticeStore';
import { createApprovalHandlers } from './approvals/operations';
import { AuditStore } from './audit/AuditStore';
import { AuditTrail } from './audit/AuditTrail';
import { createAuditHandlers } from './audit/operations';
import type { DevartConfig } from './config/DevartConfig';
import { Database } from './database/Database';
import { claimProblemsOf, healthOfQueue } from './dispatch/healthOfQueue';
import { AgentBell } from './dispatch/AgentBell';
import { AgentControl } from './dispatch/AgentControl';
import { Claims } from './dispatch/Claims';
import { ClaimStore } from './dispatch/ClaimStore';
import { createDuePromoter } from './dispatch/createDuePromoter';
import { createLeaseKeeper } from './dispatch/createLeaseKeeper';
import { Dispatcher } from './dispatch/Dispatcher';
import { createDispatchHandlers } from './dispatch/operations';
import { QueueBell } from './dispatch/QueueBell';
import { QueueHealthStore } from './dispatch/QueueHealthStore';
import { QueueWatch } from './dispatch/QueueWatch';
import { registerDeliveryMetrics } from './dispatch/registerDeliveryMetrics';
import { registerQueueMetrics } from './dispatch/registerQueueMetrics';
import { SessionStore } from './dispatch/SessionStore';
import { createStreamKeeper } from './dispatch/streams/createStreamKeeper';
import { SessionClaims } from './dispatch/SessionClaims';
import { TaskStreams } from './dispatch/streams/TaskStreams';
import { WaitingReasons } from './dispatch/WaitingReasons';
import { createRetention } from './loops/createRetention';
import { Loops } from './loops/Loops';
import { OperationRouter } from './operations/OperationRouter';
import { OperationRunner } from './operations/OperationRunner';
import { registerActions } from './operations/registerActions';
import { KEEP_ALIVE_SECONDS } from './operations/sendEvents';
import { tellOfRoom } from './operations/tellOfRoom';
import { createEventRelay } from './outbox/createEventRelay';
import { createHintHeartbeat } from './outbox/createHintHeartbeat';
import { EventLog } from './outbox/EventLog';
import { EventStore } from './outbox/EventStore';
import { Hints } from './outbox/Hints';
import { createActivityHandlers } from './outbox/operations';
import { createPortalHandlers } from './portal/operations';
import { OverviewStore } from './portal/OverviewStore';
import { createEntityFinder } from './reviews/createEntityFinder';
import { createReviewPublisher } from './reviews/createReviewPublisher';
import { LocalRepositories } from './reviews/LocalRepositories';
import { createReviewHandlers } from './reviews/operations';
import { ReviewsService } from './reviews/ReviewsService';
import { ReviewStore } from './reviews/ReviewStore';
import { createTaskEngine } from './tasks/createTaskEngine';
import { createTaskHandlers } from './tasks/operations';
import { ReadyStore } from './tasks/ReadyStore';
import { createTransportReconciler } from './transports/createTransportReconciler';
import { TaskTransports } from './transports/TaskTransports';
import { createWebhookRouter } from './webhooks/createWebhookRouter';
import { DeliveryStore } from './webhooks/DeliveryStore';
import {
  createRunHandlers,
  createWorkflowHandlers,
} from './workflows/operations';
import { Workflows } from './workflows/Workflows';

/** Deliveries a minute of one address. */
const WEBHOOKS_PER_MINUTE = 1200;

/** What the control plane is built on. */
export interface ControlPlaneOptions {
  config: DevartConfig;
  codeHosts: ReadonlyMap<string, CodeHost>;
  webhooks: ReadonlyMap<string, InboundWebhook>;
  transports: ReadonlyMap<string, TaskTransport>;
  actions: ActionsRegistryService;
  auth: AuthService;
  catalog: CatalogService;
  database: DatabaseService;
  events: EventsService;
  httpAuth: HttpAuthService;
  logger: LoggerService;
  metrics: MetricsService;
  notifications: NotificationService;
  permissions: PermissionsService;
  signals: SignalsService;
  userInfo: UserInfoService;
}

/** The whole of the control plane, put together floor by floor. */
export class ControlPlane {
  static async create(options: ControlPlaneOptions): Promise<ControlPlane> {
    const { config, codeHosts, webhooks, auth, logger } = options;

    // Ground: the database, who calls, what happened
    const database = await Database.create({ database: options.database });
    const organizations = await Organizations.create({
      configured: config.organizations,
      database,
    });
    const eventStore = new EventStore(database);
    const events = new EventLog();
    const hints = new Hints({ signals: options.signals, logger });
    const auditStore = new AuditStore(database);
    const audit = new AuditTrail({ database, store: auditStore, logger });

    // Work: agents, tasks, and where they meet
    const agentStore = new AgentStore();
    const keyring = new AgentKeyring({ database, store: agentStore, logger });
    const agents = new AgentsService({
      database,
      store: agentStore,
      keyring,
      events,
    });
    const enrolment = new EnrolmentService({
      database,
      store: new EnrolmentStore(),
      agents,
    });

    const {
      tasks,
      work,
      queue: taskQueue,
      machine,
      types,
      shared,
    } = createTaskEngine({ database, events, config });

    const sessions = new SessionStore();
    const bell = new QueueBell({ database, logger });
    const agentBell = new AgentBell({ database, logger });
    const { leaseSeconds } = config;
    const meeting = { database, sessions, queue: taskQueue };
    const claims = new Claims({
      ...meeting,
      shared,
      store: new ClaimStore(),
      machine,
      types,
      leaseSeconds,
    });
    const dispatcher = new Dispatcher({
      ...meeting,
      claims,
      bell,
      leaseSeconds,
    });
    const ready = new ReadyStore();
    const sessionClaims = new SessionClaims({
      ...meeting,
      claims,
      ready,
    });
    const transports = new TaskTransports({
      database,
      ready,
      events,
      logger,
      transports: [...options.transports.values()],
    });
    const reconciler = createTransportReconciler({ transports, logger });
    transports.onConnected(() => reconciler.wake());
    const streams = new TaskStreams({
      claims: sessionClaims,
      queueBell: bell,
      bell: agentBell,
      logger,
      keepAliveSeconds: KEEP_ALIVE_SECONDS,
    });
    const control = new AgentControl({ ...meeting, agents });
    const waiting = new WaitingReasons({ ...meeting, agents });
    const queueHealth = new QueueHealthStore();
    const watch = new QueueWatch({
      database,
      store: queueHealth,
      events,
      thresholdsOf: config.queueThresholdsOf,
      logger,
    });
    registerQueueMetrics({
      metrics: options.metrics,
      watch,
      dispatcher,
      claims,
    });
    registerDeliveryMetrics({ metrics: options.metrics, streams, transports });

    // Flow: approvals, reviews of changes
    const approvalStore = new ApprovalStore();
    const notices = new NoticeStore();
    const approvalMachine = new ApprovalMachine({
      database,
      store: approvalStore,
      notices,
      events,
    });
    const approvals = new ApprovalsService({
      database,
      store: approvalStore,
      machine: approvalMachine,
      work,
      // Only people decide; nobody else's credentials need to be asked about.
      mayDecide: async caller =>
        auth.isPrincipal(caller.credentials, 'user') &&
        isPermitted(options.permissions, caller, approvalDecidePermission),
      findUnknown: createPrincipalFinder({ catalog: options.catalog, auth }),
    });
    joinTasksWithApprovals({ tasks, machine, approvals: approvalMachine });

    const reviewStore = new ReviewStore();
    const reviews = new ReviewsService({
      database,
      store: reviewStore,
      tasks,
      work,
      events,
      codeHosts,
      local: new LocalRepositories(config.localFolders),
      organizationId: organizations.first.id,
      priorityByLabel: config.priorityByLabel,
      findEntity: createEntityFinder({
        catalog: options.catalog,
        auth,
        logger,
      }),
    });
    types.register(reviews.taskType());

    const workflows = await Workflows.create({
      config,
      database,
      events,
      tasks,
      machine,
      approvals,
      auth,
      catalog: options.catalog,
      permissions: options.permissions,
      logger,
      onChanged: id => hints.gather({ topic: 'run', id }),
    });

    // Loops
    const relay = createEventRelay({
      database,
      store: eventStore,
      events: options.events,
      hints,
      onPublishing: workflows.onPublishing,
      logger,
    });
    const publisher = createReviewPublisher({
      database,
      store: reviewStore,
      codeHosts,
      maxAnnotations: config.maxAnnotations,
      portalUrl: config.portalUrl,
      logger,
    });
    const notifier = createApprovalNotifier({
      database,
      store: approvalStore,
      notices,
      notifications: options.notifications,
      logger,
    });
    events.onCommitted(() => {
      relay.wake();
      publisher.wake();
      notifier.wake();
    });
    machine.onQueued(({ ids, needs }) => {
      bell.ring(needs);
      transports.announce(ids);
    });
    machine.onLeasesChanged(({ begun = [], ended }) => {
      // No event: that a task began is told by its history, and now by a hint.
      begun.forEach(id => hints.gather({ topic: 'task', id }));
      if (begun.length > 0) {
        publisher.wake();
      }
      if (ended && config.capabilityLimits.length > 0) {
        bell.ring();
      }
    });
    work.onProgress(id => hints.gather({ topic: 'task', id }));
    const vital = new Loops(
      [
        relay,
        createLeaseKeeper({ ...meeting, events, leaseSeconds, logger }),
        createDuePromoter({
          ...meeting,
          bell,
          onDue: taskIds => transports.announce(taskIds),
          logger,
        }),
        createStreamKeeper({ ...meeting, agents, streams, logger }),
        createApprovalKeeper({ approvals: approvalMachine, logger }),
        ...workflows.loops,
        audit.loop,
      ],
      config.staleSeconds * 1000,
    );
    const deliveries = new DeliveryStore();
    const kept = { database, days: config.activityDays, logger };
    const background = new Loops(
      [
        publisher,
        notifier,
        ...(options.transports.size > 0 ? [reconciler] : []),
        keyring.loop,
        watch.loop,
        createHintHeartbeat({ hints, logger }),
        createRetention({
          name: 'activity retention',
          store: eventStore,
          ...kept,
        }),
        createRetention({
          name: 'delivery retention',
          store: deliveries,
          ...kept,
        }),
      ],
      Infinity,
    );

    // Surface
    const stopping = new AbortController();
    const onRoom = (agentId: string) =>
      agentBell.ring({ kind: 'room', agentId });
    const runner = new OperationRunner({
      permissions: options.permissions,
      audit,
      limiter: new RateLimiter({
        perMinute: config.rateLimits.callerPerMinute,
      }),
      handlers: {
        tasks: tellOfRoom(
          createTaskHandlers({
            tasks,
            work,
            types,
            explainWaiting: (caller, task) => waiting.explain(caller, task),
          }),
          ['complete', 'reportFailure', 'setStatus'],
          onRoom,
        ),
        agents: {
          ...createAgentHandlers({ agents, enrolment }),
          ...tellOfRoom(
            createDispatchHandlers({
              agents,
              control,
              dispatcher,
              claims: sessionClaims,
              streams,
              transports,
              bell: agentBell,
              tasks,
              work,
            }),
            ['completeTasks', 'returnTasks'],
            onRoom,
          ),
        },
        reviews: createReviewHandlers(reviews),
        workflows: createWorkflowHandlers(workflows.workflows, workflows.runs),
        runs: createRunHandlers(workflows.runs),
        approvals: createApprovalHandlers(approvals),
        activity: createActivityHandlers(eventStore),
        audit: createAuditHandlers(auditStore),
        portal: createPortalHandlers({
          database,
          organizations,
          overview: new OverviewStore(),
          agents,
          reviews,
          queueHealth: (tx, organizationId) =>
            healthOfQueue(tx, organizationId, {
              store: queueHealth,
              watch,
              dispatcher,
            }),
          transports,
        }),
      },
    });
    workflows.operateWith(runner);
    const callers = new CallerResolver({
      agents: keyring,
      auth,
      httpAuth: options.httpAuth,
      organizations,
      roles: config.roles,
      userInfo: options.userInfo,
    });
    registerActions({
      registry: options.actions,
      runner,
      callers,
      stopping: stopping.signal,
    });
    const operationRouter = new OperationRouter({
      runner,
      callers,
      anonymousLimiter: new RateLimiter({
        perMinute: config.rateLimits.anonymousPerMinute,
      }),
      stopping: stopping.signal,
    });
    const router = Router();
    router.use(
      '/webhooks/workflows',
      workflows.webhookRouter(
        audit,
        new RateLimiter({ perMinute: WEBHOOKS_PER_MINUTE }),
      ),
    );
    router.use(
      '/webhooks',
      createWebhookRouter({
        webhooks,
        contextOf: traceparent => ({ reviews: reviews.intake(traceparent) }),
        database,
        deliveries,
        audit,
        limiter: new RateLimiter({ perMinute: WEBHOOKS_PER_MINUTE }),
        organizationId: organizations.first.id,
      }),
    );
    router.use(operationRouter.router());

    for (const agent of config.provisionedAgents) {
      await agents.provision(organizations.first.id, agent);
    }
    return new ControlPlane({
      router,
      vital,
      background,
      bells: [bell, agentBell],
      transports,
      streams,
      hints,
      audit,
      workflows,
      stopping,
      claimProblems: () =>
        claimProblemsOf(dispatcher, config.staleSeconds * 1000),
    });
  }

  readonly #parts: {
    router: Router;
    claimProblems: () => string[];
    vital: Loops;
    background: Loops;
    bells: { start(): Promise<void>; stop(): Promise<void> }[];
    streams: TaskStreams;
    transports: TaskTransports;
    hints: Hints;
    audit: AuditTrail;
    workflows: Workflows;
    stopping: AbortController;
  };

  private constructor(parts: {
    router: Router;
    claimProblems: () => string[];
    vital: Loops;
    background: Loops;
    bells: { start(): Promise<void>; stop(): Promise<void> }[];
    streams: TaskStreams;
    transports: TaskTransports;
    hints: Hints;
    audit: AuditTrail;
    workflows: Workflows;
    stopping: AbortController;
  }) {
    this.#parts = parts;
  }

  router(): Router {
    return this.#parts.router;
  }

  /** What keeps the control plane from working; empty when all is well. */
  problems(): string[] {
    const { vital, claimProblems } = this.#parts;
    return [...vital.problems(), ...claimProblems()];
  }

  async start(): Promise<void> {
    const { vital, background, bells, transports } = this.#parts;
    await Promise.all(bells.map(bell => bell.start()));
    await transports.start();
    vital.start();
    background.start();
  }

  /** Ends calls that wait, lets rounds that run come to their end, writes what is to be written. */
  async stop(): Promise<void> {
    const {
      vital,
      background,
      bells,
      streams,
      transports,
      hints,
      audit,
      workflows,
      stopping,
    } = this.#parts;
    const streamsStopped = streams.stop();
    stopping.abort();
    await Promise.all([streamsStopped, ...bells.map(bell => bell.stop())]);
    await Promise.all([vital.stop(), background.stop()]);
    await workflows.engine.stop();
    await transports.stop();
    hints.stop();
    await audit.flush();
  }
}
