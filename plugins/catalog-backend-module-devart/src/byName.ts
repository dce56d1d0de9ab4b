import type { Entity } from '@backstage/catalog-model';

function keyOf({ kind, metadata }: Entity): string {
  return [metadata.name, metadata.namespace ?? '', kind].join('\0');
}

/** Sorts by name, then namespace, then kind: always the same one comes first. */
export function byName(one: Entity, other: Entity): number {
  const [left, right] = [keyOf(one), keyOf(other)];
  if (left === right) {
    return 0;
  }
  return left < right ? -1 : 1;
}
