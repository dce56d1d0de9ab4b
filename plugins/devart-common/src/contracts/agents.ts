import { z } from 'zod';
import { jsonObject, text } from '../model/text';
import {
  agentCreatePermission,
  agentDeletePermission,
  agentHaltPermission,
  agentReadPermission,
  agentUpdatePermission,
  enrolmentManagePermission,
} from '../permissions/permissions';
import { defineOperation } from './defineOperation';
import {
  actorSchema,
  attemptSchema,
  capabilitiesSchema,
  count,
  entityRefSchema,
  flagSchema,
  idSchema,
  instantSchema,
  listOf,
  nothingSchema,
  pageInput,
  pageOf,
  reasonSchema,
  searchTextSchema,
  storedCapabilitiesSchema,
} from './shared';
import { claimedTaskSchema, MAX_TASK_JSON_BYTES } from './tasks';

/** Whether an agent may work: decided by people. */
export const AGENT_ACTIVATIONS = ['pending', 'active', 'inactive'] as const;

/** What an agent is doing: observed. */
export const AGENT_STATUSES = [
  'idle',
  'busy',
  'offline',
  'pending',
  'inactive',
  'halted',
] as const;

/** What an agent is doing, with its activation folded in. */
export type AgentStatus = (typeof AGENT_STATUSES)[number];

const agentNameSchema = text({ min: 1, max: 63 }).regex(
  /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/,
  'must start and end with a letter or digit and hold only letters, digits and . _ -',
);

/** Names of models as agents write them; `*` stands for any characters. */
const allowedModelsSchema = z
  .array(
    text({ min: 1, max: 200 }).regex(
      /^[A-Za-z0-9*][A-Za-z0-9*._:/@+-]*$/,
      'must be a model such as openai/gpt-5-mini, or a pattern such as openai/* or gpt-5*',
    ),
  )
  .max(100)
  .transform(patterns => [...new Set(patterns)]);

/** An agent as people and itself see it; never its key. */
export const agentSchema = z.object({
  id: idSchema,
  name: z.string(),
  description: z.string(),
  owner: z.string().optional(),
  /** The catalog entity that describes the agent. */
  entityRef: z.string(),
  /** Where its description is kept: in the control plane or in the catalog. */
  managedBy: z.enum(['api', 'catalog']),
  capabilities: storedCapabilitiesSchema,
  activation: z.enum(AGENT_ACTIVATIONS),
  status: z.enum(AGENT_STATUSES),
  /** Why it is inactive or halted, as whoever stopped it said. */
  statusReason: z.string().optional(),
  /** How many tasks it works on at once, at most. */
  maxConcurrent: z.int(),
  runningTasks: z.int(),
  /** The models that it may use; all when this is missing. */
  allowedModels: z.array(z.string()).optional(),
  lastSeenAt: instantSchema.optional(),
  /** What the agent says it is built with. */
  software: z.string().optional(),
  keys: z.array(
    z.object({
      /** The first characters of the key, to tell keys apart. */
      prefix: z.string(),
      createdAt: instantSchema,
      /** Set on a key that a rotation has replaced. */
      expiresAt: instantSchema.optional(),
      lastUsedAt: instantSchema.optional(),
    }),
  ),
  createdBy: actorSchema,
  createdAt: instantSchema,
  updatedAt: instantSchema,
  version: z.int(),
});

/** An agent. */
export type Agent = z.output<typeof agentSchema>;

const agentWithKeySchema = z.object({
  agent: agentSchema,
  /** Shown this once; only its SHA-256 is kept. */
  key: z.string(),
});

const describedInput = {
  name: agentNameSchema,
  description: text({ max: 2000 }).default(''),
  capabilities: capabilitiesSchema,
  maxConcurrent: count({ min: 1, max: 1000 }).default(1),
};

const register = defineOperation({
  id: 'agents.register',
  title: 'Register an agent',
  description:
    'Creates an agent that may work at once. Its key is in the answer, this once.',
  method: 'POST',
  path: '/agents/register',
  effect: 'write',
  idempotent: false,
  callers: { people: agentCreatePermission },
  answersSecret: true,
  input: z.strictObject({
    ...describedInput,
    owner: entityRefSchema.optional(),
  }),
  output: agentWithKeySchema,
  status: 201,
});

const prepare = defineOperation({
  id: 'agents.prepare',
  title: 'Prepare an agent',
  description:
    'Creates an agent without a key that waits for its activation: for programs whose answers are kept, such as software templates. Somebody then gives it a key, which only they see, and activates it. Prepared again by the same person in the same way while it has no key, it is answered again.',
  method: 'POST',
  path: '/agents/prepare',
  effect: 'write',
  idempotent: true,
  callers: { people: agentCreatePermission },
  input: z.strictObject({
    ...describedInput,
    owner: entityRefSchema.optional(),
  }),
  output: agentSchema,
  status: 201,
});

const enrol = defineOperation({
  id: 'agents.enrol',
  title: 'Enrol an agent by itself',
  description:
    'An agent with an enrolment token registers itself; it may work when a supervisor has activated it. Its key is in the answer, this once.',
  method: 'POST',
  path: '/agents/enrol',
  effect: 'write',
  idempotent: false,
  callers: { anonymous: 'enrolment-token' },
  answersSecret: true,
  input: z.strictObject({
    ...describedInput,
    token: z.string().min(1).max(200),
  }),
  output: agentWithKeySchema,
  status: 201,
});

const list = defineOperation({
  id: 'agents.list',
  title: 'List agents',
  description: 'Agents by name, a page at a time, narrowed by filters.',
  method: 'GET',
  path: '/agents',
  effect: 'read',
  idempotent: true,
  callers: { people: agentReadPermission },
  input: z.strictObject({
    /** Those of these agents that are still there. */
    ids: listOf(idSchema).optional(),
    status: listOf(z.enum(AGENT_STATUSES)).optional(),
    capability: text({ min: 1, max: 63 }).optional(),
    owner: entityRefSchema.optional(),
    entityRef: entityRefSchema.optional(),
    managedBy: z.enum(['api', 'catalog']).optional(),
    text: searchTextSchema.optional(),
    ...pageInput,
  }),
  output: pageOf(agentSchema),
});

const get = defineOperation({
  id: 'agents.get',
  title: 'Read an agent',
  description: 'One agent with its live status.',
  method: 'GET',
  path: '/agents/:id',
  effect: 'read',
  idempotent: true,
  callers: { people: agentReadPermission, agents: true },
  input: z.strictObject({ id: idSchema }),
  output: agentSchema,
});

const me = defineOperation({
  id: 'agents.me',
  title: 'Read oneself',
  description: 'The agent whose key is used, also while it may not work.',
  method: 'GET',
  path: '/agents/me',
  effect: 'read',
  idempotent: true,
  callers: { agents: true },
  input: z.strictObject({}),
  output: agentSchema,
});

const update = defineOperation({
  id: 'agents.update',
  title: 'Edit an agent',
  description:
    'Changes what an agent says of itself and its limits. What a catalog file describes is changed in that file.',
  method: 'PUT',
  path: '/agents/:id',
  effect: 'write',
  idempotent: true,
  callers: { people: agentUpdatePermission },
  input: z.strictObject({
    id: idSchema,
    description: text({ max: 2000 }).optional(),
    owner: entityRefSchema.nullable().optional(),
    capabilities: capabilitiesSchema.optional(),
    maxConcurrent: count({ min: 1, max: 1000 }).optional(),
    /** The models that it may use, as `upstream/model` or `model`; `*` stands for any characters. None at all with an empty list, all with null. */
    allowedModels: allowedModelsSchema.nullable().optional(),
    ifVersion: z.int().min(1).optional(),
  }),
  output: agentSchema,
});

const describe = defineOperation({
  id: 'agents.describe',
  title: 'Take over what the catalog says of an agent',
  description:
    'Makes the record of an agent agree with its catalog file, matched by name. An agent that is not there yet is made without a key, and waits for a supervisor to activate it.',
  method: 'PUT',
  path: '/agents/described',
  effect: 'write',
  idempotent: true,
  callers: { people: agentUpdatePermission },
  input: z.strictObject({
    ...describedInput,
    entityRef: entityRefSchema,
    owner: entityRefSchema.optional(),
    /** Unchanged unless the file says it. */
    maxConcurrent: count({ min: 1, max: 1000 }).optional(),
  }),
  output: agentSchema,
});

const undescribe = defineOperation({
  id: 'agents.undescribe',
  title: 'Let go of the catalog file of an agent',
  description:
    'The catalog no longer describes the agent: from now on it is edited here. It stays, with its keys.',
  method: 'DELETE',
  path: '/agents/:id/description',
  effect: 'write',
  idempotent: true,
  callers: { people: agentUpdatePermission },
  input: z.strictObject({ id: idSchema }),
  output: agentSchema,
});

const remove = defineOperation({
  id: 'agents.delete',
  title: 'Remove an agent',
  description:
    'Removes an agent and its keys; tasks it was working on go back to the queue. What it did stays in the history.',
  method: 'DELETE',
  path: '/agents/:id',
  effect: 'destroy',
  idempotent: true,
  callers: { people: agentDeletePermission },
  input: z.strictObject({ id: idSchema }),
  output: nothingSchema,
  status: 204,
});

const setActivation = defineOperation({
  id: 'agents.setActivation',
  title: 'Activate or deactivate an agent',
  description:
    'An inactive agent is refused with its next call and gets no tasks. `runningTasks` says what becomes of those it is working on.',
  method: 'PUT',
  path: '/agents/:id/activation',
  effect: 'write',
  idempotent: true,
  callers: { people: agentUpdatePermission },
  input: z.strictObject({
    id: idSchema,
    active: z.boolean(),
    /** finish: it may still report on them; return: back to the queue; cancel: ended. */
    runningTasks: z.enum(['finish', 'return', 'cancel']).default('return'),
    reason: reasonSchema.optional(),
  }),
  output: agentSchema,
});

const kill = defineOperation({
  id: 'agents.kill',
  title: 'Stop an agent at once',
  description:
    'The kill switch of one agent: inactive, every running task back to the queue, nothing it says counts any more.',
  method: 'POST',
  path: '/agents/:id/kill',
  effect: 'write',
  idempotent: true,
  callers: { people: agentUpdatePermission },
  input: z.strictObject({ id: idSchema, reason: reasonSchema }),
  output: agentSchema,
});

const haltSchema = z.object({
  halted: z.boolean(),
  by: actorSchema.optional(),
  at: instantSchema.optional(),
  reason: z.string().optional(),
});

const setHalt = defineOperation({
  id: 'agents.setHalt',
  title: 'Stop all agents, or let them go on',
  description:
    'The kill switch of the organisation: while it is on, every call of every agent is refused and running tasks are back in the queue.',
  method: 'PUT',
  path: '/agents/halt',
  effect: 'write',
  idempotent: true,
  callers: { people: agentHaltPermission },
  input: z.strictObject({ halted: z.boolean(), reason: reasonSchema }),
  output: haltSchema,
});

const getHalt = defineOperation({
  id: 'agents.getHalt',
  title: 'Read whether agents are stopped',
  description: 'Whether the kill switch of the organisation is on, and why.',
  method: 'GET',
  path: '/agents/halt',
  effect: 'read',
  idempotent: true,
  callers: { people: agentReadPermission },
  input: z.strictObject({}),
  output: haltSchema,
});

const rotateKey = defineOperation({
  id: 'agents.rotateKey',
  title: 'Rotate the key of an agent',
  description:
    'Gives the agent a new key, in the answer this once. The old one works until the overlap is over.',
  method: 'POST',
  path: '/agents/:id/rotate-key',
  effect: 'write',
  idempotent: false,
  callers: { people: agentUpdatePermission },
  answersSecret: true,
  input: z.strictObject({
    id: idSchema,
    /** How long the old key still works; 0 ends it at once. */
    overlapSeconds: count({ min: 0, max: 7 * 24 * 3600 }).default(3600),
  }),
  output: agentWithKeySchema,
});

const heartbeat = defineOperation({
  id: 'agents.heartbeat',
  title: 'Say that the agent is alive',
  description:
    'Extends the leases of a session. The answer names the tasks that the session no longer holds: cancelled, or given to somebody else.',
  method: 'PUT',
  path: '/agents/heartbeat',
  effect: 'write',
  idempotent: true,
  callers: { agents: true },
  input: z.strictObject({
    /** One running copy of the agent; chosen by it, new with every start. */
    sessionId: idSchema.optional(),
    /**
     * All attempts that the session is working on. A task that it holds by the
     * record but does not name, since the answer to its claim was lost, goes
     * back to the queue. Without this nothing is compared.
     */
    running: z
      .array(z.strictObject({ taskId: idSchema, attempt: attemptSchema }))
      .max(1000)
      .optional(),
    /** What the agent is built with, for people. */
    software: text({ max: 100 }).optional(),
    /** The session is ending: what it still holds goes back to the queue. */
    closing: z.boolean().default(false),
  }),
  output: z.object({
    sessionId: idSchema,
    /** Send the next heartbeat after this many seconds. */
    intervalSeconds: z.number(),
    /** Without a heartbeat for this long, the session's tasks go back. */
    leaseSeconds: z.number(),
    /** Of the tasks named in `running`: those to drop, and why. */
    dropped: z.array(
      z.object({
        taskId: idSchema,
        attempt: attemptSchema,
        reason: z.enum(['cancelled', 'lost']),
      }),
    ),
  }),
  audited: false,
});

const claim = defineOperation({
  id: 'agents.claim',
  title: 'Claim tasks',
  description:
    'Hands out queued tasks that need no more than the agent can do, most urgent first. Waits up to `waitSeconds` for one; answers 204 when there is none.',
  method: 'POST',
  path: '/agents/:id/claim-task',
  effect: 'write',
  idempotent: false,
  callers: { agents: true },
  input: z.strictObject({
    id: idSchema,
    max: count({ min: 1, max: 500 }).default(1),
    waitSeconds: z.coerce.number().min(0).max(30).default(0),
    sessionId: idSchema.optional(),
    /** Only this task, if it is queued and the agent can do it. */
    taskId: idSchema.optional(),
    /** Only these tasks, of which a broker has told; without waiting, whatever `max` says. */
    taskIds: z.array(idSchema).min(1).max(500).optional(),
  }),
  output: z.object({
    tasks: z.array(claimedTaskSchema),
    /** With `taskIds`: the agent may hold no more, so that others of them may still be queued. */
    full: z.boolean().optional(),
  }),
  mayBeEmpty: true,
  audited: false,
});

const heldAttemptsSchema = z
  .array(z.strictObject({ taskId: idSchema, attempt: attemptSchema }))
  .min(1)
  .max(1000);

/** How many tasks a session wants to hold at once, those that it has not begun included. */
const holdSchema = count({ min: 0, max: 1000 });

const stream = defineOperation({
  id: 'agents.stream',
  title: 'Have tasks pushed',
  description:
    'A stream of server-sent events that hands out tasks as they come, as soon as the session holds fewer than `hold`. What is handed out is claimed as by `agents.claim`; the session is kept alive by heartbeats alone. A session has one stream: a newer one ends the older.',
  method: 'GET',
  path: '/agents/:id/stream',
  effect: 'write',
  idempotent: false,
  callers: { agents: true },
  input: z.strictObject({
    id: idSchema,
    sessionId: idSchema,
    hold: holdSchema.default(1),
  }),
  output: nothingSchema,
  events: {
    /** The first event of every stream. */
    open: z.object({
      sessionId: idSchema,
      /** Nothing at all for several times this long means that the stream is dead. */
      keepAliveSeconds: z.number(),
    }),
    tasks: z.object({ tasks: z.array(claimedTaskSchema) }),
    /** The last event of a stream that the control plane ends. */
    end: z.object({
      /**
       * refused: the agent may not work; session-ended: it was not heard of, or
       * has said goodbye; replaced: the session opened another stream; renew:
       * the stream is old; stopping: the replica stops. After the last two the
       * agent opens another one at once.
       */
      reason: z.enum([
        'refused',
        'session-ended',
        'replaced',
        'renew',
        'stopping',
      ]),
      message: z.string(),
    }),
  },
  audited: false,
});

const transport = defineOperation({
  id: 'agents.transport',
  title: 'Read where an agent hears of its tasks',
  description:
    'The brokers over which the agent may hear of tasks, with the queues that hold what it can do; none when there is no broker, or it is away. Ask again every now and then: new queues come with new sets of capabilities.',
  method: 'GET',
  path: '/agents/:id/transport',
  effect: 'read',
  idempotent: true,
  callers: { agents: true },
  input: z.strictObject({ id: idSchema }),
  output: z.object({
    transports: z.array(
      z.object({
        /** `rabbitmq`, for example. */
        id: z.string(),
        /** Without account and password, which the agent has from whoever runs it. */
        url: z.string(),
        queues: z.array(z.string()),
      }),
    ),
    /** Ask again after this many seconds. */
    refreshSeconds: z.number(),
  }),
});

const setHold = defineOperation({
  id: 'agents.setHold',
  title: 'Say how many tasks a stream may hand out',
  description:
    'Changes how many tasks the session wants to hold at once, as its stream was opened with. With 0 nothing more is handed out.',
  method: 'PUT',
  path: '/agents/:id/stream',
  effect: 'write',
  idempotent: true,
  callers: { agents: true },
  input: z.strictObject({
    id: idSchema,
    sessionId: idSchema,
    hold: holdSchema,
  }),
  output: nothingSchema,
  status: 204,
  audited: false,
});

const returnTasks = defineOperation({
  id: 'agents.returnTasks',
  title: 'Give tasks back',
  description:
    'Puts attempts that the agent holds and has not begun back into the queue. That counts as no failure; what it does not hold any more is passed over.',
  method: 'POST',
  path: '/agents/:id/return-tasks',
  effect: 'write',
  idempotent: true,
  callers: { agents: true },
  input: z.strictObject({ id: idSchema, tasks: heldAttemptsSchema }),
  output: nothingSchema,
  status: 204,
  audited: false,
});

const completeTasks = defineOperation({
  id: 'agents.completeTasks',
  title: 'Complete several tasks',
  description:
    'Ends tasks as succeeded, each for itself as `tasks.complete` does, in one transaction. The answer names every task in the order of the call; those that were refused with the status and the words that `tasks.complete` would have answered.',
  method: 'POST',
  path: '/agents/:id/complete-tasks',
  effect: 'write',
  idempotent: true,
  callers: { agents: true },
  maxBodyBytes: 8 * 1024 * 1024,
  input: z.strictObject({
    id: idSchema,
    tasks: z
      .array(
        z.strictObject({
          id: idSchema,
          attempt: attemptSchema,
          output: jsonObject({ maxBytes: MAX_TASK_JSON_BYTES }).default({}),
          summary: text({ max: 2000 }).optional(),
        }),
      )
      .min(1)
      .max(500),
  }),
  output: z.object({
    results: z.array(
      z.object({
        id: idSchema,
        attempt: attemptSchema,
        /** Why the task was not ended; missing when it was. */
        refused: z
          .object({
            /** 409 when the attempt is not held any more, 400 for an output that its type does not allow, 403, 404. */
            status: z.int(),
            message: z.string(),
          })
          .optional(),
      }),
    ),
  }),
});

const performance = defineOperation({
  id: 'agents.performance',
  title: 'Read how an agent does',
  description:
    'Attempts of the last days by outcome, and how long they took; undefined where there were none.',
  method: 'GET',
  path: '/agents/:id/performance',
  effect: 'read',
  idempotent: true,
  callers: { people: agentReadPermission, agents: true },
  input: z.strictObject({
    id: idSchema,
    days: count({ min: 1, max: 90 }).default(7),
  }),
  output: z.object({
    days: z.int(),
    succeeded: z.int(),
    failed: z.int(),
    lost: z.int(),
    /** Of the attempts that succeeded or failed, the share that succeeded, 0 to 1. */
    successRate: z.number().optional(),
    medianSeconds: z.number().optional(),
    p95Seconds: z.number().optional(),
    daily: z.array(
      z.object({
        day: z.iso.date(),
        succeeded: z.int(),
        failed: z.int(),
        lost: z.int(),
      }),
    ),
  }),
});

/** A token with which agents register themselves; never the token itself. */
export const enrolmentTokenSchema = z.object({
  id: idSchema,
  name: z.string(),
  prefix: z.string(),
  maxUses: z.int(),
  uses: z.int(),
  expiresAt: instantSchema,
  revokedAt: instantSchema.optional(),
  createdBy: actorSchema,
  createdAt: instantSchema,
});

const createEnrolmentToken = defineOperation({
  id: 'agents.createEnrolmentToken',
  title: 'Create an enrolment token',
  description:
    'A token that lets agents register themselves for a while; in the answer this once.',
  method: 'POST',
  path: '/enrolment-tokens',
  effect: 'write',
  idempotent: false,
  callers: { people: enrolmentManagePermission },
  answersSecret: true,
  input: z.strictObject({
    name: text({ min: 1, max: 100 }),
    maxUses: count({ min: 1, max: 10_000 }).default(1),
    validSeconds: count({ min: 60, max: 90 * 24 * 3600 }).default(24 * 3600),
  }),
  output: z.object({
    enrolmentToken: enrolmentTokenSchema,
    /** Shown this once; only its SHA-256 is kept. */
    token: z.string(),
  }),
  status: 201,
});

const listEnrolmentTokens = defineOperation({
  id: 'agents.listEnrolmentTokens',
  title: 'List enrolment tokens',
  description: 'Enrolment tokens, newest first, without the tokens themselves.',
  method: 'GET',
  path: '/enrolment-tokens',
  effect: 'read',
  idempotent: true,
  callers: { people: enrolmentManagePermission },
  input: z.strictObject({ includeEnded: flagSchema.default(false) }),
  output: z.object({ items: z.array(enrolmentTokenSchema) }),
});

const revokeEnrolmentToken = defineOperation({
  id: 'agents.revokeEnrolmentToken',
  title: 'Revoke an enrolment token',
  description: 'The token is refused from now on; agents it enrolled stay.',
  method: 'DELETE',
  path: '/enrolment-tokens/:id',
  effect: 'destroy',
  idempotent: true,
  callers: { people: enrolmentManagePermission },
  input: z.strictObject({ id: idSchema }),
  output: nothingSchema,
  status: 204,
});

/** Operations on agents. */
export const agents = {
  register,
  prepare,
  enrol,
  list,
  me,
  getHalt,
  setHalt,
  get,
  update,
  describe,
  undescribe,
  delete: remove,
  setActivation,
  kill,
  rotateKey,
  heartbeat,
  claim,
  stream,
  transport,
  setHold,
  returnTasks,
  completeTasks,
  performance,
  createEnrolmentToken,
  listEnrolmentTokens,
  revokeEnrolmentToken,
};
