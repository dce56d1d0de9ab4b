import { z } from 'zod';
import { priorityFromAlias } from './priorityAliases';

/** Priorities from the most to the least urgent. */
export const TASK_PRIORITIES = ['critical', 'high', 'medium', 'low'] as const;

/** How urgent a task is; order inside a priority is first in, first out. */
export type TaskPriority = (typeof TASK_PRIORITIES)[number];

/** 0 for the most urgent; never shown to people. */
export function priorityRank(priority: TaskPriority): number {
  return TASK_PRIORITIES.indexOf(priority);
}

/** Accepts the canonical words and the older spellings of `priorityAliases.ts`. */
export const taskPrioritySchema = z.preprocess(
  priorityFromAlias,
  z.enum(TASK_PRIORITIES),
);
