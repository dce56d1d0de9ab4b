import { z } from 'zod';
import {
  COST_FLAG_STATUSES,
  ESTIMATE_GROUPS,
  MAX_OUTLIER_STDDEV,
  MIN_OUTLIER_STDDEV,
  TASK_COST_GROUPS,
  TIME_BUCKETS,
  USAGE_GROUPS,
} from '../model/analytics';
import { TASK_STATUSES, taskStatusSchema } from '../model/statuses';
import { text } from '../model/text';
import {
  analyticsReadPermission,
  analyticsUpdatePermission,
} from '../permissions/permissions';
import { defineOperation } from './defineOperation';
import {
  actorSchema,
  count,
  currencySchema,
  entityRefSchema,
  idSchema,
  instantSchema,
  listOf,
  pageInput,
  sumSchema,
} from './shared';

const namedSchema = z.object({ id: idSchema, name: z.string() });
const typeSchema = text({ min: 1, max: 63 });
const modelSchema = text({ min: 1, max: 200 });

/** A part of a whole, from 0 to 1. */
const shareSchema = z.number();

/** Half of all take at most `p50`, 95 of 100 at most `p95`; in seconds. */
const secondsSchema = z.object({ p50: z.number(), p95: z.number() });

const moneyOutput = {
  currency: currencySchema,
  /** Of its days, weeks and months: a name of the IANA database. */
  timeZone: z.string(),
};

const periodInput = {
  /** The beginning of the period; 30 days before its end unless given. */
  from: instantSchema.optional(),
  /** The end of the period, which is not part of it; now unless given. */
  to: instantSchema.optional(),
};

const periodSchema = z.object({ from: instantSchema, to: instantSchema });

/** What a task, or the tasks of a type or an agent, have cost. */
export const taskCostSchema = z.object({
  /** Id of the task, type, or id of the agent; missing of what has none. */
  key: z.string().optional(),
  /** For people: title, type or name; of what is there no more, its id. */
  name: z.string(),
  /** Of one task. */
  task: z
    .object({
      id: idSchema,
      /** Missing, like the status, of tasks that were deleted. */
      title: z.string().optional(),
      status: z.enum(TASK_STATUSES).optional(),
      type: z.string().optional(),
      entityRef: z.string().optional(),
      agent: namedSchema.optional(),
      /** The model that most of it was spent on. */
      model: z.string().optional(),
      createdAt: instantSchema,
      finishedAt: instantSchema.optional(),
      /** What it was expected to cost before it ran. */
      expectedMicros: sumSchema.optional(),
      /** That it cost far more than others of its type, and what people made of that. */
      flag: z.enum(COST_FLAG_STATUSES).optional(),
    })
    .optional(),
  /** How many tasks. */
  tasks: z.int(),
  costMicros: sumSchema,
  /** Of one task on average. */
  meanMicros: sumSchema,
  medianMicros: sumSchema,
  p95Micros: sumSchema,
  /** Entries of the ledger but for corrections. */
  calls: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
});

/** What a task, or the tasks of a type or an agent, have cost. */
export type TaskCost = z.output<typeof taskCostSchema>;

const taskCosts = defineOperation({
  id: 'analytics.taskCosts',
  title: 'Read what tasks cost',
  description:
    'What the tasks that were created in a period have cost: one by one, by type or by agent, a page at a time. Tasks that cost nothing are left out. Costs are the sums of the ledger as of the instant in the answer.',
  method: 'GET',
  path: '/analytics/task-costs',
  effect: 'read',
  idempotent: true,
  callers: { people: analyticsReadPermission },
  input: z.strictObject({
    groupBy: z.enum(TASK_COST_GROUPS).default('task'),
    /** The costliest first, or for tasks the newest. */
    sort: z.enum(['cost', 'newest']).default('cost'),
    type: typeSchema.optional(),
    agentId: idSchema.optional(),
    model: modelSchema.optional(),
    entityRef: entityRefSchema.optional(),
    /** How the tasks ended. */
    status: listOf(taskStatusSchema).optional(),
    ...periodInput,
    ...pageInput,
  }),
  output: z.object({
    ...moneyOutput,
    period: periodSchema,
    /** Up to when the ledger was read. */
    asOf: instantSchema,
    /** Of all pages together. */
    total: z.object({ tasks: z.int(), costMicros: sumSchema }),
    items: z.array(taskCostSchema),
    nextCursor: z.string().optional(),
  }),
});

const usageOutput = {
  costMicros: sumSchema,
  /** Entries of the ledger but for corrections. */
  calls: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  /** Calls that it paid for because another service could not. */
  delegatedTo: z.int(),
  /** What is counted although nobody knows yet what it truly cost. */
  suspenseMicros: sumSchema,
};

const usagePointSchema = z.object({ costMicros: sumSchema, calls: z.int() });

const serviceUsage = defineOperation({
  id: 'analytics.serviceUsage',
  title: 'Read how services were used',
  description:
    'Calls, tokens and cost by service or by team in days, weeks or months of the organisation. Those that cost least stand together under `rest`.',
  method: 'GET',
  path: '/analytics/service-usage',
  effect: 'read',
  idempotent: true,
  callers: { people: analyticsReadPermission },
  input: z.strictObject({
    groupBy: z.enum(USAGE_GROUPS).default('service'),
    /** At most 400 of them are answered. */
    bucket: z.enum(TIME_BUCKETS).default('day'),
    serviceId: idSchema.optional(),
    team: entityRefSchema.toLowerCase().optional(),
    ...periodInput,
    /** So many groups by themselves, the costliest. */
    groups: count({ min: 1, max: 50 }).default(10),
  }),
  output: z.object({
    ...moneyOutput,
    period: periodSchema,
    /** When each bucket begins, oldest first. */
    buckets: z.array(instantSchema),
    total: z.object({ ...usageOutput, points: z.array(usagePointSchema) }),
    groups: z.array(
      z.object({
        /** Id of the service or group of the team; missing of what no team spent. */
        key: z.string().optional(),
        name: z.string(),
        ...usageOutput,
        /** For each bucket. */
        points: z.array(usagePointSchema),
      }),
    ),
    rest: z
      .object({
        /** How many groups stand together. */
        groups: z.int(),
        ...usageOutput,
        points: z.array(usagePointSchema),
      })
      .optional(),
  }),
});

const figuresOutput = {
  /** Tasks that ended in the period, by how they did. */
  succeeded: z.int(),
  /** Failed, with those that became dead letters. */
  failed: z.int(),
  cancelled: z.int(),
  rejected: z.int(),
  /** Of those that succeeded or failed, how many succeeded; missing when none did either. */
  completionRate: shareSchema.optional(),
  /** From the creation of a task to its first attempt, for first attempts that ended in the period. */
  waiting: secondsSchema.optional(),
  /** Of attempts that succeeded in the period. */
  running: secondsSchema.optional(),
  /** Attempts that ended in the period. */
  attempts: z.int(),
  /** Of those, how many came to nothing and were tried again. */
  retries: z.int(),
  /** Spent on tasks in the period. */
  costMicros: sumSchema,
  /** All that the tasks which succeeded in the period ever cost, for one of them on average. */
  costPerCompletedMicros: sumSchema.optional(),
};

/** How tasks did in a period. */
export const performanceFiguresSchema = z.object({
  /** Tasks that were created in the period. */
  created: z.int(),
  ...figuresOutput,
});

/** How tasks did in a period. */
export type PerformanceFigures = z.output<typeof performanceFiguresSchema>;

/** How an agent did in a period. */
export const agentEfficiencySchema = z.object({
  /** The name is the id when the agent is there no more. */
  agent: namedSchema,
  /** Its attempts that ended in the period, by how they did. */
  attempts: z.int(),
  succeeded: z.int(),
  failed: z.int(),
  lost: z.int(),
  /** Of the attempts that succeeded, failed or were lost, how many succeeded. */
  successRate: shareSchema.optional(),
  /** Of attempts that succeeded. */
  running: secondsSchema.optional(),
  /** Time in which it worked, of all its attempts together. */
  busySeconds: z.number(),
  /** What it spent in the period. */
  costMicros: sumSchema,
  /** The same for each attempt that succeeded. */
  costPerSuccessMicros: sumSchema.optional(),
});

/** How an agent did in a period. */
export type AgentEfficiency = z.output<typeof agentEfficiencySchema>;

const performance = defineOperation({
  id: 'analytics.performance',
  title: 'Read how tasks and agents did',
  description:
    'Completion rate, waiting and running times, retries and cost of tasks in a period and in the one before, by day, type and agent. The documentation has the SQL of every figure.',
  method: 'GET',
  path: '/analytics/performance',
  effect: 'read',
  idempotent: true,
  callers: { people: analyticsReadPermission },
  input: z.strictObject({
    /** Only tasks of this type. */
    type: typeSchema.optional(),
    ...periodInput,
  }),
  output: z.object({
    ...moneyOutput,
    period: periodSchema,
    current: performanceFiguresSchema,
    /** The same length of time before. */
    previous: performanceFiguresSchema.extend({ period: periodSchema }),
    /** Days of the organisation, oldest first; at most the latest 400. */
    days: z.array(
      z.object({
        day: instantSchema,
        succeeded: z.int(),
        failed: z.int(),
        costMicros: sumSchema,
      }),
    ),
    /** Those with most ended tasks; at most 50. */
    types: z.array(z.object({ type: z.string(), ...figuresOutput })),
    /** Those with most attempts; at most 100. */
    agents: z.array(agentEfficiencySchema),
  }),
});

/** A task that cost far more than others of its type. */
export const costFlagSchema = z.object({
  taskId: idSchema,
  /** Missing of tasks that were deleted. */
  title: z.string().optional(),
  type: z.string(),
  agent: namedSchema.optional(),
  model: z.string().optional(),
  /** As of when it was flagged, like all below. */
  costMicros: sumSchema,
  /** Of tasks of its type. */
  medianMicros: sumSchema,
  /** From which cost on a task of its type was costly. */
  thresholdMicros: sumSchema,
  /** How many deviations its log cost lies above the median. */
  score: z.number(),
  /** How many tasks it was compared with. */
  samples: z.int(),
  flaggedAt: instantSchema,
  status: z.enum(COST_FLAG_STATUSES),
  reviewedBy: actorSchema.optional(),
  reviewedAt: instantSchema.optional(),
  comment: z.string().optional(),
});

/** A task that cost far more than others of its type. */
export type CostFlag = z.output<typeof costFlagSchema>;

const flagCostlyTasks = defineOperation({
  id: 'analytics.flagCostlyTasks',
  title: 'Look for costly tasks',
  description:
    'Flags tasks of the last 90 days that cost far more than others of their type, each once. It is also done every few minutes. Answers what was found for each type.',
  method: 'POST',
  path: '/analytics/flag-costly-tasks',
  effect: 'write',
  idempotent: true,
  callers: { people: analyticsUpdatePermission },
  input: z.strictObject({}),
  output: z.object({
    ...moneyOutput,
    /** Tasks that were flagged now. */
    flagged: z.int(),
    types: z.array(
      z.object({
        type: z.string(),
        /** Finished tasks of the type that cost something. */
        samples: z.int(),
        medianMicros: sumSchema,
        /** From which cost on a task is costly; missing with too few samples. */
        thresholdMicros: sumSchema.optional(),
        flagged: z.int(),
      }),
    ),
  }),
});

const flags = defineOperation({
  id: 'analytics.flags',
  title: 'List costly tasks',
  description:
    'Tasks that cost far more than others of their type, flagged last first, a page at a time.',
  method: 'GET',
  path: '/analytics/flags',
  effect: 'read',
  idempotent: true,
  callers: { people: analyticsReadPermission },
  input: z.strictObject({
    status: listOf(z.enum(COST_FLAG_STATUSES)).optional(),
    type: typeSchema.optional(),
    ...pageInput,
  }),
  output: z.object({
    ...moneyOutput,
    /** How many nobody has looked at, whatever the filters. */
    open: z.int(),
    items: z.array(costFlagSchema),
    nextCursor: z.string().optional(),
  }),
});

const reviewFlag = defineOperation({
  id: 'analytics.reviewFlag',
  title: 'Review a costly task',
  description:
    'Says whether the cost of a flagged task was justified, or opens it again.',
  method: 'PUT',
  path: '/analytics/flags/:taskId',
  effect: 'write',
  idempotent: true,
  callers: { people: analyticsUpdatePermission },
  input: z.strictObject({
    taskId: idSchema,
    status: z.enum(COST_FLAG_STATUSES),
    comment: text({ max: 1000 }).optional(),
  }),
  output: costFlagSchema,
});

/** How an organisation looks at its costs. */
export const analyticsSettingsSchema = z.object({
  /** How many robust standard deviations above the median of its type a task is costly. */
  outlierDetectionStddev: z.number(),
  updatedBy: actorSchema.optional(),
  updatedAt: instantSchema.optional(),
});

/** How an organisation looks at its costs. */
export type AnalyticsSettings = z.output<typeof analyticsSettingsSchema>;

const settings = defineOperation({
  id: 'analytics.settings',
  title: 'Read the settings of analytics',
  description: 'How far above the median of its type a task is costly.',
  method: 'GET',
  path: '/analytics/settings',
  effect: 'read',
  idempotent: true,
  callers: { people: analyticsReadPermission },
  input: z.strictObject({}),
  output: analyticsSettingsSchema,
});

const updateSettings = defineOperation({
  id: 'analytics.updateSettings',
  title: 'Change the settings of analytics',
  description:
    'Says how far above the median of its type a task is costly. Tasks that are flagged already stay so.',
  method: 'PUT',
  path: '/analytics/settings',
  effect: 'write',
  idempotent: true,
  callers: { people: analyticsUpdatePermission },
  input: z.strictObject({
    outlierDetectionStddev: z
      .number()
      .min(MIN_OUTLIER_STDDEV)
      .max(MAX_OUTLIER_STDDEV),
  }),
  output: analyticsSettingsSchema,
});

const intervalSchema = z.object({
  /** How often the cost should lie in it: 0.5, 0.8, 0.95. */
  level: shareSchema,
  lowMicros: sumSchema,
  highMicros: sumSchema,
});

/** What a task is expected to cost. */
export const costEstimateSchema = z.object({
  expectedMicros: sumSchema,
  /** As many cost less as cost more. */
  medianMicros: sumSchema,
  intervals: z.array(intervalSchema),
  /** On which past tasks it rests most. */
  group: z.enum(ESTIMATE_GROUPS),
  /** How many finished tasks the group has. */
  samples: z.int(),
  /**
   * empirical: the intervals are costs of past tasks of the group; log-normal:
   * there are too few for that, and broader groups fill in.
   */
  method: z.enum(['empirical', 'log-normal']),
});

/** What a task is expected to cost. */
export type CostEstimate = z.output<typeof costEstimateSchema>;

/** A model that does tasks of a type as well for less. */
export const modelAdviceSchema = z.object({
  model: z.string(),
  expectedMicros: sumSchema,
  /** Which part of the expected cost is saved. */
  saving: shareSchema,
  successRate: shareSchema,
  samples: z.int(),
  /** Of the model that is compared with it. */
  comparedWith: z.object({
    model: z.string(),
    expectedMicros: sumSchema,
    successRate: shareSchema,
    samples: z.int(),
  }),
});

/** A model that does tasks of a type as well for less. */
export type ModelAdvice = z.output<typeof modelAdviceSchema>;

const estimate = defineOperation({
  id: 'analytics.estimate',
  title: 'Estimate what a task will cost',
  description:
    'The expected cost of a task before it runs, from finished tasks of its type, model and agent, with intervals. Names a cheaper model where there is one that succeeds as often.',
  method: 'GET',
  path: '/analytics/estimate',
  effect: 'read',
  idempotent: true,
  callers: { people: analyticsReadPermission },
  input: z.strictObject({
    type: typeSchema,
    model: modelSchema.optional(),
    agentId: idSchema.optional(),
  }),
  output: z.object({
    currency: currencySchema,
    /** Missing with too few finished tasks to say anything. */
    estimate: costEstimateSchema.optional(),
    /** Why there is no estimate. */
    reason: z.string().optional(),
    /** Missing when there is none that is cheaper and as good, or too little is known. */
    advice: modelAdviceSchema.optional(),
  }),
});

const calibration = defineOperation({
  id: 'analytics.calibration',
  title: 'Read how true estimates were',
  description:
    'Compares what tasks were expected to cost before they ran with what they did cost, for tasks that finished in a period.',
  method: 'GET',
  path: '/analytics/calibration',
  effect: 'read',
  idempotent: true,
  callers: { people: analyticsReadPermission },
  input: z.strictObject({ type: typeSchema.optional(), ...periodInput }),
  output: z.object({
    currency: currencySchema,
    period: periodSchema,
    /** How many finished tasks had an estimate and cost something. */
    samples: z.int(),
    /** All that they cost, for what they were expected to cost together; missing without any. */
    costRatio: z.number().optional(),
    levels: z.array(
      z.object({
        /** How often the cost should have been in the interval. */
        level: shareSchema,
        /** How often it was; missing without samples. */
        observed: shareSchema.optional(),
        /** Where the true share lies, 95 times of 100. */
        low: shareSchema.optional(),
        high: shareSchema.optional(),
      }),
    ),
    /** Tenths of the tasks by what they were expected to cost, cheapest first. */
    buckets: z.array(
      z.object({
        samples: z.int(),
        /** The cheapest and the costliest expectation. */
        fromMicros: sumSchema,
        toMicros: sumSchema,
        /** On average. */
        expectedMicros: sumSchema,
        actualMicros: sumSchema,
      }),
    ),
  }),
});

/** Operations on what things cost and how well they went. */
export const analytics = {
  taskCosts,
  serviceUsage,
  performance,
  flagCostlyTasks,
  flags,
  reviewFlag,
  settings,
  updateSettings,
  estimate,
  calibration,
};
