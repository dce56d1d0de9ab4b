import type { Readable } from 'node:stream';

/** A body that is larger than it may be. */
export class OversizedBodyError extends Error {
  readonly name = 'OversizedBodyError';
}

/**
 * Reads a body to its end.
 *
 * @throws OversizedBodyError when it is larger than `maxBytes`.
 */
export async function readWhole(
  body: Readable,
  maxBytes: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += (chunk as Buffer).length;
    if (length > maxBytes) {
      throw new OversizedBodyError(`The body is larger than ${maxBytes} bytes`);
    }
    chunks.push(chunk as Buffer);
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length);
}
