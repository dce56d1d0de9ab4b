import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import {
  createBackendModule,
  type SchedulerServiceTaskInvocationDefinition,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import catalogModuleAiModel from '@backstage/plugin-catalog-backend-module-ai-model';
import {
  catalogServiceRef,
  type CatalogService,
} from '@backstage/plugin-catalog-node';
import { eventsServiceFactory } from '@backstage/plugin-events-node';
import type { JsonObject } from '@backstage/types';
// eslint-disable-next-line @backstage/no-mixed-plugin-imports -- the two are tested together
import devartPlugin from '@devart/plugin-devart-backend';
import {
  createDevartClient,
  type Agent,
  type DevartClient,
  type Workflow,
} from '@devart/plugin-devart-common';
import { testDatabaseServiceFactory } from '@devart/test-database';
import { catalogModuleDevart } from '../module';
import { eventually } from './eventually';

/** A catalog and a control plane in one backend, with a catalog file to write. */
export class TestPortal {
  /** @param file - a path for the catalog file, in a folder that is there */
  static async start(
    file: string,
    options: { providers?: JsonObject } = {},
  ): Promise<TestPortal> {
    writeFileSync(file, '');
    const warnings: string[] = [];
    const logger = mockServices.logger.mock();
    logger.child.mockReturnValue(logger);
    logger.warn.mockImplementation(message => {
      warnings.push(message);
    });
    const tasks = new Map<string, SchedulerServiceTaskInvocationDefinition>();
    let catalog: CatalogService | undefined;
    const backend = await startTestBackend({
      features: [
        catalogPlugin,
        catalogModuleAiModel,
        catalogModuleDevart,
        devartPlugin,
        testDatabaseServiceFactory,
        logger.factory,
        // That of tests lets no plugin hear another.
        eventsServiceFactory,
        mockServices.scheduler.mock({
          scheduleTask: async task => {
            tasks.set(task.id, task);
          },
          createScheduledTaskRunner: () => ({
            run: async task => {
              tasks.set(task.id, task);
            },
          }),
        }).factory,
        createBackendModule({
          pluginId: 'catalog',
          moduleId: 'test',
          register(env) {
            env.registerInit({
              deps: { service: catalogServiceRef },
              async init({ service }) {
                catalog = service;
              },
            });
          },
        }),
        mockServices.rootConfig.factory({
          data: {
            app: { baseUrl: 'http://localhost:3000' },
            backend: {
              database: {
                client: 'pg',
                connection: process.env.DEVART_TEST_POSTGRES_URL,
                prefix: `agents_${randomBytes(6).toString('hex')}_`,
              },
            },
            catalog: {
              processingInterval: { seconds: 1 },
              rules: [{ allow: ['Component', 'AiResource', 'Workflow'] }],
              locations: [{ type: 'file', target: file }],
              providers: options.providers,
            },
            devart: { access: { roles: { admin: ['user:default/ada'] } } },
          },
        }),
      ],
    });
    return new TestPortal({
      file,
      tasks,
      warnings,
      catalog: catalog!,
      stop: () => backend.stop(),
      devart: createDevartClient({
        baseUrl: `http://localhost:${backend.server.port()}/api/devart`,
        token: mockCredentials.user.token('user:default/ada'),
      }),
    });
  }

  readonly stop: () => Promise<void>;
  /** The control plane, in the name of an admin. */
  readonly devart: DevartClient;
  /** What was logged as a warning. */
  readonly warnings: readonly string[];
  readonly #file: string;
  readonly #catalog: CatalogService;
  readonly #tasks: Map<string, SchedulerServiceTaskInvocationDefinition>;

  private constructor(options: {
    stop: () => Promise<void>;
    devart: DevartClient;
    file: string;
    catalog: CatalogService;
    tasks: Map<string, SchedulerServiceTaskInvocationDefinition>;
    warnings: readonly string[];
  }) {
    this.stop = options.stop;
    this.devart = options.devart;
    this.warnings = options.warnings;
    this.#file = options.file;
    this.#catalog = options.catalog;
    this.#tasks = options.tasks;
  }

  /** Makes the catalog file say this. */
  write(...entities: Entity[]): void {
    // YAML takes JSON for its own.
    writeFileSync(
      this.#file,
      entities.map(entity => JSON.stringify(entity)).join('\n---\n'),
    );
  }

  /** Lets rounds pass until something holds, as time does. */
  async inTime<T>(check: () => Promise<T>): Promise<T> {
    return eventually(async () => {
      await this.round();
      return check();
    }, 30_000);
  }

  /** Runs everything once that is scheduled, the catalog's own included. */
  async round(): Promise<void> {
    for (const task of this.#tasks.values()) {
      await task.fn(new AbortController().signal);
    }
  }

  async entity(entityRef: string): Promise<Entity | undefined> {
    return this.#catalog.getEntityByRef(entityRef, {
      credentials: mockCredentials.service(),
    });
  }

  async agent(name: string): Promise<Agent | undefined> {
    const { items } = await this.devart.agents.list({ text: name });
    return items.find(item => item.name === name);
  }

  async workflow(name: string): Promise<Workflow | undefined> {
    const { items } = await this.devart.workflows.list({ text: name });
    const found = items.find(item => item.name === name);
    return found && this.devart.workflows.get({ id: found.id });
  }
}
