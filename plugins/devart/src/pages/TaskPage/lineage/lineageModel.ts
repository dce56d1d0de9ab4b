import type { OperationOutput, operations } from '@devart/plugin-devart-common';

/** A task in a lineage. */
export type Relative = OperationOutput<
  typeof operations.tasks.lineage
>['items'][number];

/** Relatives by the task they follow from; those whose parent is not here are roots. */
export function childrenByParent(
  relatives: readonly Relative[],
): Map<string | undefined, Relative[]> {
  const ids = new Set(relatives.map(({ id }) => id));
  const children = new Map<string | undefined, Relative[]>();
  for (const relative of relatives) {
    const parent =
      relative.parentId && ids.has(relative.parentId)
        ? relative.parentId
        : undefined;
    children.set(parent, [...(children.get(parent) ?? []), relative]);
  }
  return children;
}
