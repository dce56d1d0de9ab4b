import { z } from 'zod';
import { ROLES } from '../model/roles';
import { TASK_PRIORITIES } from '../model/priorities';
import { taskReadPermission } from '../permissions/permissions';
import { RESOURCE_TYPE_TASK } from '../permissions/resourceTypes';
import { defineOperation } from './defineOperation';
import { actorSchema, currencySchema, idSchema, instantSchema } from './shared';

const me = defineOperation({
  id: 'portal.me',
  title: 'Read who one is here',
  description:
    'The caller as the control plane sees it: name, role, organisation.',
  method: 'GET',
  path: '/me',
  effect: 'read',
  idempotent: true,
  callers: { people: taskReadPermission },
  concerns: { type: RESOURCE_TYPE_TASK, none: true },
  input: z.strictObject({}),
  output: z.object({
    actor: actorSchema,
    role: z.enum(ROLES),
    organization: z.object({
      id: idSchema,
      name: z.string(),
      title: z.string(),
      currency: currencySchema,
      /** Of its days, weeks and months: a name of the IANA database. */
      timeZone: z.string(),
    }),
  }),
});

/** A broker that carries word of tasks, and whether it can be reached. */
const transportStatusSchema = z.object({
  id: z.string(),
  /** away: agents have their tasks from the control plane directly. */
  state: z.enum(['connected', 'away']),
  /** Why it is away. */
  detail: z.string().optional(),
});

const overview = defineOperation({
  id: 'portal.overview',
  title: 'Read the state of everything',
  description:
    'What the command centre shows: the queue, the agents, and what needs a person.',
  method: 'GET',
  path: '/overview',
  effect: 'read',
  idempotent: true,
  callers: { people: taskReadPermission },
  concerns: { type: RESOURCE_TYPE_TASK, list: true },
  input: z.strictObject({}),
  output: z.object({
    queue: z.object({
      queued: z.int(),
      running: z.int(),
      waiting: z.int(),
      scheduled: z.int(),
      oldestQueuedAt: instantSchema.optional(),
      byPriority: z.object({
        critical: z.int(),
        high: z.int(),
        medium: z.int(),
        low: z.int(),
      } satisfies Record<(typeof TASK_PRIORITIES)[number], z.ZodInt>),
      /** Capability sets that queued tasks ask for and no agent that may work has. */
      unserved: z.array(
        z.object({ capabilities: z.array(z.string()), queued: z.int() }),
      ),
      /** Parts of the queue that are longer or older than the configuration wants. */
      alerts: z.array(
        z.object({
          capabilities: z.array(z.string()),
          queued: z.int(),
          oldestReadyAt: instantSchema.optional(),
          since: instantSchema,
          reason: z.string(),
        }),
      ),
      /** When an agent last looked into the queue without an error, as far as the replica that answers knows. */
      lastClaimAt: instantSchema.optional(),
      /** Age of the oldest open transaction of the database; claims slow down while one stays open. */
      oldestTransactionSeconds: z.number(),
      /** The brokers that carry word of tasks to agents, as the replica that answers sees them. */
      transports: z.array(transportStatusSchema),
    }),
    agents: z.object({
      idle: z.int(),
      busy: z.int(),
      offline: z.int(),
      pending: z.int(),
      inactive: z.int(),
      /** How many the kill switch for all keeps from working. */
      stopped: z.int(),
      halted: z.boolean(),
    }),
    /** Tasks that ended in each of the last 24 hours, oldest first. */
    throughput: z.array(
      z.object({
        hour: instantSchema,
        succeeded: z.int(),
        failed: z.int(),
      }),
    ),
    needsAttention: z.object({
      /** Approvals that wait for the caller, counted up to 100. */
      approvals: z.int(),
      deadLetters: z.int(),
      waitingForPeople: z.int(),
      pendingAgents: z.int(),
      failedPublishing: z.int(),
    }),
  }),
});

const transports = defineOperation({
  id: 'portal.transports',
  title: 'Read how brokers do',
  description:
    'The brokers that carry word of tasks, with their queues for which tasks are ready. Messages that a broker has given up stand in the activity of their tasks.',
  method: 'GET',
  path: '/transports',
  effect: 'read',
  idempotent: true,
  callers: { people: taskReadPermission },
  concerns: { type: RESOURCE_TYPE_TASK, none: true },
  input: z.strictObject({}),
  output: z.object({
    items: z.array(
      transportStatusSchema.extend({
        queues: z.array(
          z.object({
            name: z.string(),
            capabilities: z.array(z.string()),
            /** Tasks that may be claimed now. */
            ready: z.int(),
            /** Messages that wait; unknown while the broker is away. */
            messages: z.int().optional(),
          }),
        ),
      }),
    ),
  }),
});

/** Operations on the portal as a whole. */
export const portal = { me, overview, transports };
