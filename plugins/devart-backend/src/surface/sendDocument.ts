import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Operation } from '@devart/plugin-devart-common';
import type { Response } from 'express';

/**
 * Answers with a document, a part at a time: the next is asked for when the
 * connection has taken the last. Ends early when the caller has gone.
 */
export async function sendDocument(
  response: Response,
  document: Exclude<Operation['document'], undefined>,
  parts: AsyncIterable<string>,
): Promise<void> {
  const iterator = parts[Symbol.asyncIterator]();
  // What fails before there is anything to send is answered as an error.
  const first = await iterator.next();
  response.writeHead(200, {
    'content-type': `${document.mediaType}; charset=utf-8`,
    'content-disposition': `attachment; filename="${document.fileName}"`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  await pipeline(Readable.from(withFirst(first, iterator)), response);
}

async function* withFirst(
  first: IteratorResult<string>,
  rest: AsyncIterator<string>,
): AsyncGenerator<string> {
  for (let part = first; !part.done; part = await rest.next()) {
    yield part.value;
  }
}
