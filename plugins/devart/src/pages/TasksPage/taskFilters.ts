import {
  TASK_PRIORITIES,
  TASK_STATUSES,
  type TaskPriority,
  type TaskStatus,
} from '@devart/plugin-devart-common';

/** Names of the filters in the address. */
export const FILTER_NAMES = [
  'text',
  'status',
  'priority',
  'agentId',
  'capability',
  'entityRef',
] as const;

/** Filters as the address has them. */
export type TaskFilterValues = Partial<
  Record<(typeof FILTER_NAMES)[number], string>
>;

function isOneOf<T extends string>(
  values: readonly T[],
  value: string | undefined,
): value is T {
  return values.includes(value as T);
}

/** The statuses of a filter, which names several by commas. */
export function readStatuses(filter: string | undefined): TaskStatus[] {
  const named = filter?.split(',') ?? [];
  return TASK_STATUSES.filter(status => named.includes(status));
}

/** The filters that board and list share, as operations take them. */
export function boardFilters(filters: TaskFilterValues) {
  const { text, priority, agentId, capability, entityRef } = filters;
  return {
    text,
    agentId,
    capability,
    entityRef,
    priority: isOneOf(TASK_PRIORITIES, priority)
      ? ([priority] as TaskPriority[])
      : undefined,
  };
}

/** The filters of the list. */
export function listFilters(filters: TaskFilterValues) {
  const status = readStatuses(filters.status);
  return {
    ...boardFilters(filters),
    status: status.length > 0 ? status : undefined,
  };
}

/** How many filters are set. */
export function countFilters(filters: TaskFilterValues): number {
  return Object.values(filters).filter(Boolean).length;
}
