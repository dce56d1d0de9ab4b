import express, { type Request, type Response } from 'express';

/** Says in plain words what the body parser found. */
function toBodyError(error: {
  type?: string;
  message?: string;
  limit?: number;
}) {
  return error.type === 'entity.too.large'
    ? Object.assign(new Error(`The body is larger than ${error.limit} bytes`), {
        name: 'PayloadTooLargeError',
        statusCode: 413,
        expose: true,
      })
    : Object.assign(
        new Error(`The body must be JSON in UTF-8: ${error.message}`),
        { name: 'InputError', statusCode: 400 },
      );
}

/**
 * Makes a function that reads the JSON body of a request into `request.body`,
 * whatever media type the request claims: the contract decides what is accepted.
 */
export function createBodyReader(maxBytes: number) {
  const parse = express.json({
    limit: maxBytes,
    type: () => true,
    strict: false,
  });
  return (request: Request, response: Response): Promise<void> =>
    new Promise((resolve, reject) => {
      parse(request, response, error =>
        error ? reject(toBodyError(error)) : resolve(),
      );
    });
}
