import { InputError } from '@backstage/errors';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/**
 * A cursor that ends a page of rows in the order of their ids. Callers treat
 * it as opaque.
 */
export function encodeIdCursor(id: string): string {
  return Buffer.from(id).toString('base64url');
}

/** @throws InputError when the cursor is not one of an earlier page. */
export function decodeIdCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) {
    return undefined;
  }
  const id = Buffer.from(cursor, 'base64url').toString();
  if (!UUID.test(id)) {
    throw new InputError('cursor: must be the nextCursor of an earlier page');
  }
  return id;
}

/** A cursor that ends a page of rows in the order of their names, whose case means nothing. */
export function encodeNameCursor(name: string): string {
  return Buffer.from(name.toLowerCase()).toString('base64url');
}

/** @throws InputError when the cursor is not one of an earlier page. */
export function decodeNameCursor(
  cursor: string | undefined,
): string | undefined {
  if (cursor === undefined) {
    return undefined;
  }
  const name = Buffer.from(cursor, 'base64url').toString();
  if (!/^[a-z0-9._-]{1,63}$/.test(name)) {
    throw new InputError('cursor: must be the nextCursor of an earlier page');
  }
  return name;
}

/**
 * Cuts a page from rows of which one more than `limit` was asked for, and says
 * where the next one begins.
 */
export function pageOfRows<T extends { id: string }>(
  rows: T[],
  limit: number,
): { rows: T[]; nextCursor?: string } {
  const page = rows.slice(0, limit);
  return rows.length > limit
    ? { rows: page, nextCursor: encodeIdCursor(page[page.length - 1].id) }
    : { rows: page };
}
