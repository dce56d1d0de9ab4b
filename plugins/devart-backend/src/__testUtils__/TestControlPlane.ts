import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import type { BackendFeature } from '@backstage/backend-plugin-api';
import type { Entity } from '@backstage/catalog-model';
import type { JsonObject } from '@backstage/types';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { createServiceFactory } from '@backstage/backend-plugin-api';
import {
  createDevartClient,
  type DevartClient,
} from '@devart/plugin-devart-common';
import { rootHealthServiceFactory } from '@devart/plugin-devart-node';
import { testDatabaseServiceFactory } from '@devart/test-database';
import { randomBytes } from 'node:crypto';
import type { ExtendedHttpServer } from '@backstage/backend-defaults/rootHttpRouter';
import knexFactory, { type Knex } from 'knex';
import { devartPlugin } from '../plugin';

/** The people of the tests, one for each role, and one of another organisation. */
export const PEOPLE = {
  admin: 'user:default/ada',
  supervisor: 'user:default/sam',
  viewer: 'user:default/vic',
  stranger: 'user:default/olga',
} as const;

/** A person of the tests. */
export type Person = keyof typeof PEOPLE;

/** What a test may change of the backend it starts. */
export interface TestControlPlaneOptions {
  config?: JsonObject;
  /** Of the portal around it. */
  rootConfig?: JsonObject;
  features?: BackendFeature[];
  /** Another way to tell who calls. */
  httpAuth?: BackendFeature;
  /** What the catalog holds. */
  entities?: Entity[];
  /** The database to share with another replica. */
  databasePrefix?: string;
  /** Another way to the database server. */
  postgresUrl?: string;
}

function testPostgresUrl(): string {
  const url = process.env.DEVART_TEST_POSTGRES_URL;
  if (!url) {
    throw new Error(
      'DEVART_TEST_POSTGRES_URL is not set; run the tests with script/test unit',
    );
  }
  return url;
}

/** A running backend with the control plane on a database of its own. */
export class TestControlPlane {
  static async start(
    options: TestControlPlaneOptions = {},
  ): Promise<TestControlPlane> {
    const prefix =
      options.databasePrefix ?? `devart_${randomBytes(6).toString('hex')}_`;
    const hints: unknown[] = [];
    const backend = await startTestBackend({
      features: [
        devartPlugin,
        rootHealthServiceFactory,
        catalogServiceMock.factory({ entities: options.entities ?? [] }),
        testDatabaseServiceFactory,
        // Without a token nobody is somebody.
        options.httpAuth ??
          mockServices.httpAuth.factory({
            defaultCredentials: mockCredentials.none(),
          }),
        createServiceFactory({
          service: signalsServiceRef,
          deps: {},
          factory: () => ({
            publish: async (signal: { message: unknown }) => {
              hints.push(signal.message);
            },
          }),
        }),
        mockServices.rootConfig.factory({
          data: {
            ...options.rootConfig,
            app: { baseUrl: 'http://localhost:3000' },
            backend: {
              database: {
                client: 'pg',
                connection: options.postgresUrl ?? testPostgresUrl(),
                prefix,
              },
            },
            devart: {
              organizations: [
                { name: 'default', title: 'The first' },
                {
                  name: 'other',
                  title: 'The other',
                  members: [PEOPLE.stranger],
                },
              ],
              access: {
                roles: {
                  admin: [PEOPLE.admin, PEOPLE.stranger],
                  supervisor: [PEOPLE.supervisor],
                },
              },
              rateLimits: {
                anonymousPerMinute: 100_000,
                callerPerMinute: 1_000_000,
              },
              ...options.config,
            },
          },
        }),
        ...(options.features ?? []),
      ],
    });
    return new TestControlPlane({
      server: backend.server,
      stop: () => backend.stop(),
      prefix,
      hints,
    });
  }

  readonly server: ExtendedHttpServer;
  readonly databasePrefix: string;
  /** Messages that went to browsers. */
  readonly hints: unknown[];
  readonly stop: () => Promise<void>;

  private constructor(options: {
    server: ExtendedHttpServer;
    stop: () => Promise<void>;
    prefix: string;
    hints: unknown[];
  }) {
    this.server = options.server;
    this.stop = options.stop;
    this.databasePrefix = options.prefix;
    this.hints = options.hints;
  }

  /** Where the backend answers, without a path. */
  get origin(): string {
    return `http://localhost:${this.server.port()}`;
  }

  /** URL of the control plane. */
  get baseUrl(): string {
    return `${this.origin}/api/devart`;
  }

  /** The token of a person. */
  tokenOf(person: Person): string {
    return mockCredentials.user.token(PEOPLE[person]);
  }

  /** A client in the name of a person. */
  as(person: Person): DevartClient {
    return this.withToken(this.tokenOf(person));
  }

  /** A client with a token or a key. */
  withToken(token: string): DevartClient {
    return createDevartClient({ baseUrl: this.baseUrl, token });
  }

  /** Registers an agent; answers its id, its key and a client in its name. */
  async agent(
    options: {
      name?: string;
      capabilities?: string[];
      maxConcurrent?: number;
    } = {},
  ) {
    const { agent, key } = await this.as('supervisor').agents.register({
      name: options.name ?? `agent-${randomBytes(4).toString('hex')}`,
      capabilities: options.capabilities ?? ['work'],
      maxConcurrent: options.maxConcurrent ?? 10,
    });
    return { id: agent.id, key, client: this.withToken(key) };
  }

  /** Where the database of the control plane is. */
  get databaseUrl(): string {
    const url = new URL(testPostgresUrl());
    url.pathname = `/${this.databasePrefix}devart`;
    return url.toString();
  }

  /** Connects to the database of the control plane as its owner. */
  sql(): Knex {
    return knexFactory({
      client: 'pg',
      connection: this.databaseUrl,
      pool: { min: 0, max: 4 },
    });
  }
}
