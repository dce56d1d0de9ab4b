import { createRequire } from 'node:module';
import path from 'node:path';
import type { DatabaseService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import { root } from './paths.mts';

// The packages of the workspace are CommonJS, and load through its transform.
const require = createRequire(import.meta.url);

function load<T>(file: string): T {
  return require(path.join(root, 'plugins/devart-backend/src', file)) as T;
}

const silent = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silent,
};

/**
 * The part of the control plane that hands out tasks, put together as
 * `ControlPlane` does it, in this process and without HTTP: the same services,
 * under the same database roles.
 */
export async function createBenchEngine(knex: Knex) {
  const { Database } =
    load<
      typeof import('../../plugins/devart-backend/src/database/Database.ts')
    >('database/Database');
  const { Organizations } = load<
    typeof import('../../plugins/devart-backend/src/access/Organizations.ts')
  >('access/Organizations');
  const { EntityOwners } = load<
    typeof import('../../plugins/devart-backend/src/access/EntityOwners.ts')
  >('access/EntityOwners');
  const { ObjectAccess } = load<
    typeof import('../../plugins/devart-backend/src/access/ObjectAccess.ts')
  >('access/ObjectAccess');
  const { EventLog } =
    load<typeof import('../../plugins/devart-backend/src/outbox/EventLog.ts')>(
      'outbox/EventLog',
    );
  const { AgentStore } =
    load<
      typeof import('../../plugins/devart-backend/src/agents/AgentStore.ts')
    >('agents/AgentStore');
  const { AgentsService } = load<
    typeof import('../../plugins/devart-backend/src/agents/AgentsService.ts')
  >('agents/AgentsService');
  const { AgentKeyring } = load<
    typeof import('../../plugins/devart-backend/src/agents/AgentKeyring.ts')
  >('agents/AgentKeyring');
  const { Hints } =
    load<typeof import('../../plugins/devart-backend/src/outbox/Hints.ts')>(
      'outbox/Hints',
    );
  const { Tasks } =
    load<typeof import('../../plugins/devart-backend/src/tasks/Tasks.ts')>(
      'tasks/Tasks',
    );
  const { SessionStore } = load<
    typeof import('../../plugins/devart-backend/src/dispatch/SessionStore.ts')
  >('dispatch/SessionStore');
  const { QueueBell } =
    load<
      typeof import('../../plugins/devart-backend/src/dispatch/QueueBell.ts')
    >('dispatch/QueueBell');
  const { Claims } =
    load<typeof import('../../plugins/devart-backend/src/dispatch/Claims.ts')>(
      'dispatch/Claims',
    );
  const { ClaimStore } = load<
    typeof import('../../plugins/devart-backend/src/dispatch/ClaimStore.ts')
  >('dispatch/ClaimStore');
  const { Dispatcher } = load<
    typeof import('../../plugins/devart-backend/src/dispatch/Dispatcher.ts')
  >('dispatch/Dispatcher');

  const database = await Database.create({
    database: { getClient: async () => knex } as DatabaseService,
  });
  const organizations = await Organizations.create({
    configured: [
      {
        name: 'default',
        title: 'Benchmark',
        members: [],
        currency: 'USD',
        timeZone: 'UTC',
      },
    ],
    database,
  });
  const events = new EventLog();
  const agentStore = new AgentStore();
  const agents = new AgentsService({
    database,
    store: agentStore,
    keyring: new AgentKeyring({
      database,
      store: agentStore,
      logger: silent,
    }),
    events,
  });
  // Nobody is asked: the calls of the benchmark are those of agents and services.
  const owners = new EntityOwners({
    catalog: {} as never,
    auth: {} as never,
  });
  const tasks = new Tasks({
    database,
    owners,
    access: new ObjectAccess({
      permissions: {} as never,
      owners,
    }),
    outbox: {
      events,
      hints: new Hints({
        signals: { publish: async () => {} },
        logger: silent,
      }),
    },
    config: {
      ageingSeconds: 900,
      retry: { baseSeconds: 2, maxSeconds: 900 },
      capabilityLimits: [],
    },
  });
  const bell = new QueueBell({ database, logger: silent });
  tasks.machine.onQueued(({ needs }) => bell.ring(needs));
  await bell.start();
  const sessions = new SessionStore();
  const claims = new Claims({
    database,
    sessions,
    shared: tasks.shared,
    queue: tasks.queue,
    machine: tasks.machine,
    types: tasks.types,
    store: new ClaimStore(),
    leaseSeconds: 30,
  });
  const dispatcher = new Dispatcher({
    database,
    claims,
    queue: tasks.queue,
    sessions,
    bell,
    leaseSeconds: 30,
  });
  const { id: organizationId } = organizations.first;
  const staff = {
    kind: 'service' as const,
    actor: 'service:bench',
    role: 'admin' as const,
    refs: [],
    organizationId,
    credentials: {
      $$type: '@backstage/BackstageCredentials' as const,
      principal: {},
    },
  };
  return {
    agents,
    dispatcher,
    staff,
    bell,
    tasks: tasks.service,
    work: tasks.work,
    organizationId,
  };
}
