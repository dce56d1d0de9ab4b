import { InputError } from '@backstage/errors';
import type { TaskCostPlace } from './TaskCostStore';

const PLACE = /^(-?\d{1,16}) (.{0,400})$/s;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** A cursor that ends a page of tasks, or groups of them, in the order of their cost. */
export function encodeTaskCostCursor(place: TaskCostPlace): string {
  return Buffer.from(`${place.costMicros} ${place.key}`).toString('base64url');
}

/**
 * @param needsId - whether the key must be an id
 * @throws InputError when the cursor is not one of an earlier page.
 */
export function decodeTaskCostCursor(
  cursor: string | undefined,
  needsId: boolean,
): TaskCostPlace | undefined {
  if (cursor === undefined) {
    return undefined;
  }
  const match = PLACE.exec(Buffer.from(cursor, 'base64url').toString());
  if (!match || (needsId && !UUID.test(match[2]))) {
    throw new InputError('cursor: must be the nextCursor of an earlier page');
  }
  return { costMicros: Number(match[1]), key: match[2] };
}
