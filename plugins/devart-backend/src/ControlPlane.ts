import type {
  AuthService,
  DatabaseService,
  HttpAuthService,
  LoggerService,
  PermissionsRegistryService,
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
import type {
  CodeHost,
  InboundWebhook,
  ModelUpstream,
  TaskTransport,
} from '@devart/plugin-devart-node';
import { Router } from 'express';
import { EntityOwners } from './access/EntityOwners';
import { ObjectAccess } from './access/ObjectAccess';
import { Organizations } from './access/Organizations';
import { Agents } from './agents/Agents';
import { Analytics } from './analytics/Analytics';
import { Approvals } from './approvals/Approvals';
import { Audit } from './audit/Audit';
import { Budgets } from './budgets/Budgets';
import type { DevartConfig } from './config/DevartConfig';
import { Database } from './database/Database';
import { Dispatch } from './dispatch/Dispatch';
import { Gateway } from './gateway/Gateway';
import { Parts } from './loops/Parts';
import { Audience } from './notices/Audience';
import { Surface } from './surface/Surface';
import { Outbox } from './outbox/Outbox';
import { createPortalHandlers } from './portal/operations';
import { Reviews } from './reviews/Reviews';
import { Spending } from './spending/Spending';
import { Tasks } from './tasks/Tasks';
import { Transports } from './transports/Transports';
import { Webhooks } from './webhooks/Webhooks';
import { Workflows } from './workflows/Workflows';

/** What the control plane is built on. */
export interface ControlPlaneOptions {
  config: DevartConfig;
  codeHosts: ReadonlyMap<string, CodeHost>;
  webhooks: ReadonlyMap<string, InboundWebhook>;
  transports: ReadonlyMap<string, TaskTransport>;
  upstreams: ReadonlyMap<string, ModelUpstream>;
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
  permissionsRegistry: PermissionsRegistryService;
  signals: SignalsService;
  userInfo: UserInfoService;
}

/**
 * The whole of the control plane, put together floor by floor. Each domain puts
 * itself together, in the file that is named after it, from the services of the
 * portal and from what stands below it.
 */
export class ControlPlane {
  static async create(services: ControlPlaneOptions): Promise<ControlPlane> {
    const { config } = services;

    // Ground: the database, who calls, what happened
    const database = await Database.create(services);
    const organizations = await Organizations.create({
      configured: config.organizations,
      database,
    });
    const owners = new EntityOwners(services);
    const access = new ObjectAccess({ ...services, owners });
    const outbox = new Outbox({ ...services, database, access });
    const audit = new Audit({ ...services, database });
    const audience = new Audience({ organizations, roles: config.roles });
    const ground = {
      ...services,
      database,
      organizations,
      owners,
      access,
      outbox,
      audit,
      audience,
    };

    // Money: services, budgets, the ledger
    const budgets = new Budgets({
      ...ground,
      configured: config.services,
    });

    // Work: agents, tasks, where they meet, and how well that goes
    const agents = await Agents.create(ground);
    const tasks = new Tasks(ground);
    const transports = new Transports({ ...ground, tasks });
    const dispatch = new Dispatch({
      ...ground,
      budgets,
      agents,
      tasks,
      transports,
    });
    const analytics = new Analytics({ ...ground, budgets, tasks });

    // Flow: approvals, what tasks spend and which models they call, reviews of
    // changes, workflows
    const approvals = new Approvals({ ...ground, tasks });
    const spending = new Spending({ ...ground, budgets, approvals, tasks });
    const gateway = await Gateway.create({
      ...ground,
      budgets,
      keyring: agents.keyring,
    });
    gateway.pauseWith((agent, pause) => spending.pauses.pause(agent, pause));
    const reviews = new Reviews({ ...ground, tasks });
    const workflows = await Workflows.create({ ...ground, tasks, approvals });
    const webhooks = new Webhooks({ ...ground, reviews, workflows });

    // Surface: what everybody calls
    const surface = new Surface({
      ...ground,
      keyring: agents.keyring,
      handlers: {
        ...outbox.handlers,
        ...audit.handlers,
        ...budgets.handlers,
        ...analytics.handlers,
        ...dispatch.handlers,
        budgets: { ...budgets.handlers.budgets, ...analytics.forecasting },
        tasks: {
          ...dispatch.handlers.tasks,
          ...spending.handlers,
          get: analytics.tellExpectedCost(dispatch.handlers.tasks.get),
        },
        ...approvals.handlers,
        ...reviews.handlers,
        ...workflows.handlers,
        ...gateway.handlers,
        portal: createPortalHandlers({
          ...ground,
          agents: agents.service,
          reviews: reviews.service,
          approvals: approvals.service,
          transports: transports.service,
          queueSources: dispatch.queueSources,
        }),
      },
    });
    workflows.operateWith(surface.runner);
    access.register(services.permissionsRegistry);

    const router = Router();
    router.use('/webhooks', webhooks.router);
    router.use('/gateway', gateway.router);
    router.use(surface.router);
    return new ControlPlane(
      router,
      new Parts(
        [
          { drain: async () => database.stop() },
          outbox,
          audit,
          budgets,
          agents,
          transports,
          dispatch,
          analytics,
          gateway,
          approvals,
          spending,
          reviews,
          workflows,
          webhooks,
          surface,
        ],
        {
          staleAfterMs: config.staleSeconds * 1000,
          logger: services.logger,
        },
      ),
    );
  }

  readonly #router: Router;
  readonly #parts: Parts;

  private constructor(router: Router, parts: Parts) {
    this.#router = router;
    this.#parts = parts;
  }

  router(): Router {
    return this.#router;
  }

  /** What keeps the control plane from working; empty when all is well. */
  problems(): string[] {
    return this.#parts.problems();
  }

  async start(): Promise<void> {
    await this.#parts.start();
  }

  async stop(): Promise<void> {
    await this.#parts.stop();
  }
}
