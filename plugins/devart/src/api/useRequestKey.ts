import { ResponseError } from '@backstage/errors';
import { useState } from 'react';
import { newRequestKey } from './newRequestKey';

/** Whether it was said that nothing was done; without an answer it may be done all the same. */
function isRefused(error: unknown): boolean {
  return error instanceof ResponseError && error.statusCode < 500;
}

/**
 * Sends what a form stands for under a key, so that it is done once: sent again
 * after an answer was lost it has the same key, after a refusal another one.
 */
export function useRequestKey() {
  const [key, setKey] = useState(newRequestKey);
  return async <T>(send: (key: string) => Promise<T>): Promise<T> => {
    try {
      return await send(key);
    } catch (error) {
      if (isRefused(error)) {
        setKey(newRequestKey());
      }
      throw error;
    }
  };
}
