import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { CodeHost } from '@devart/plugin-devart-node';
import type { ObjectAccess } from '../access/ObjectAccess';
import type { Organizations } from '../access/Organizations';
import type { DevartConfig } from '../config/DevartConfig';
import type { Database } from '../database/Database';
import type { Loop } from '../loops/Loop';
import type { Part } from '../loops/Part';
import type { AllHandlers } from '../operations/Handlers';
import type { Outbox } from '../outbox/Outbox';
import type { Tasks } from '../tasks/Tasks';
import { createEntityFinder } from './createEntityFinder';
import { createReviewPublisher } from './createReviewPublisher';
import { LocalRepositories } from './LocalRepositories';
import { createReviewHandlers } from './operations';
import { ReviewsService } from './ReviewsService';
import { ReviewStore } from './ReviewStore';

/** What reviews are built on. */
export interface ReviewsOptions {
  config: Pick<
    DevartConfig,
    'localFolders' | 'priorityByLabel' | 'maxAnnotations' | 'portalUrl'
  >;
  codeHosts: ReadonlyMap<string, CodeHost>;
  database: Database;
  access: ObjectAccess;
  organizations: Organizations;
  outbox: Outbox;
  tasks: Tasks;
  auth: AuthService;
  catalog: CatalogService;
  logger: LoggerService;
}

/** Reviews of changes, put together. */
export class Reviews implements Part {
  readonly service: ReviewsService;
  readonly handlers: Pick<AllHandlers, 'reviews'>;
  readonly background: readonly Loop[];

  constructor(options: ReviewsOptions) {
    const { config, codeHosts, database, access, organizations, tasks } =
      options;
    const { auth, catalog, logger } = options;
    const { events } = options.outbox;
    const store = new ReviewStore();
    this.service = new ReviewsService({
      database,
      access,
      store,
      tasks: tasks.service,
      work: tasks.work,
      events,
      codeHosts,
      local: new LocalRepositories(config.localFolders),
      organizationId: organizations.first.id,
      priorityByLabel: config.priorityByLabel,
      findEntity: createEntityFinder({ catalog, auth, logger }),
    });
    tasks.types.register(this.service.taskType());
    const publisher = createReviewPublisher({
      database,
      store,
      events,
      codeHosts,
      maxAnnotations: config.maxAnnotations,
      portalUrl: config.portalUrl,
      logger,
    });
    events.onCommitted(() => publisher.wake());
    tasks.machine.onLeasesChanged(({ begun = [] }) => {
      if (begun.length > 0) {
        publisher.wake();
      }
    });
    this.handlers = { reviews: createReviewHandlers(this.service) };
    this.background = [publisher];
  }
}
