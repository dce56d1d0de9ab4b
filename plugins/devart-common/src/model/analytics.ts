/** By what the cost of tasks can be told apart. */
export const TASK_COST_GROUPS = ['task', 'type', 'agent'] as const;

/** By what the cost of tasks can be told apart. */
export type TaskCostGroup = (typeof TASK_COST_GROUPS)[number];

/** By what the use of services can be told apart. */
export const USAGE_GROUPS = ['service', 'team'] as const;

/** By what the use of services can be told apart. */
export type UsageGroup = (typeof USAGE_GROUPS)[number];

/** Into what time is cut, in the organisation's time zone. */
export const TIME_BUCKETS = ['day', 'week', 'month'] as const;

/** Into what time is cut. */
export type TimeBucket = (typeof TIME_BUCKETS)[number];

/**
 * What people made of a task that cost far more than others of its type: nobody
 * has looked (`open`), it was worth it (`justified`), it was not (`confirmed`).
 */
export const COST_FLAG_STATUSES = ['open', 'justified', 'confirmed'] as const;

/** What people made of a costly task. */
export type CostFlagStatus = (typeof COST_FLAG_STATUSES)[number];

/** The fewest finished tasks of a type among which one can be called costly. */
export const MIN_OUTLIER_SAMPLES = 20;

/** How many deviations above the median a task is costly, unless an organisation says otherwise. */
export const DEFAULT_OUTLIER_STDDEV = 2;

/** The fewest deviations that an organisation may say. */
export const MIN_OUTLIER_STDDEV = 0.5;

/** The most deviations that an organisation may say. */
export const MAX_OUTLIER_STDDEV = 10;

/**
 * On which past tasks an estimate rests, from the narrowest: those of the same
 * type, model and agent, of the same type and one of both, of the same type, or all.
 */
export const ESTIMATE_GROUPS = [
  'type-model-agent',
  'type-model',
  'type-agent',
  'type',
  'all',
] as const;

/** On which past tasks an estimate rests. */
export type EstimateGroup = (typeof ESTIMATE_GROUPS)[number];

/** How often a cost should lie in an estimate's intervals. */
export const ESTIMATE_LEVELS = [0.5, 0.8, 0.95] as const;

/** The fewest finished tasks of an organisation from which a cost can be estimated. */
export const MIN_ESTIMATE_SAMPLES = 10;

/** The fewest whole days, from the first on which something was spent, from which spending can be forecast. */
export const MIN_FORECAST_DAYS = 7;

/** How likely a budget must be to run out within its window for an alert. */
export const FORECAST_ALERT_PROBABILITY = 0.8;
