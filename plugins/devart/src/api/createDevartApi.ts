import type { DiscoveryApi, FetchApi } from '@backstage/core-plugin-api';
import {
  allOperations,
  createDevartClient,
  newTraceparent,
} from '@devart/plugin-devart-common';
import type { DevartApi } from './devartApiRef';
import { announceOwnChange } from './ownChanges';

/** Questions that are too long for an address; asking them changes nothing. */
const LONG_QUESTIONS = allOperations
  .filter(({ effect, method }) => effect === 'read' && method !== 'GET')
  .map(({ path }) => path);

function isChange(url: string, method: string | undefined): boolean {
  return method !== 'GET' && !LONG_QUESTIONS.some(path => url.endsWith(path));
}

/** A client that speaks with the portal's own back end as whoever is signed in. */
export function createDevartApi(options: {
  discoveryApi: DiscoveryApi;
  fetchApi: FetchApi;
}): DevartApi {
  const { discoveryApi, fetchApi } = options;
  return createDevartClient({
    baseUrl: () => discoveryApi.getBaseUrl('devart'),
    fetch: async (input, init) => {
      const changes = isChange(String(input), init?.method);
      const headers = new Headers(init?.headers);
      // With what a person does a trace begins; an instrumented browser has begun it already.
      if (changes && !headers.has('traceparent')) {
        headers.set('traceparent', newTraceparent());
      }
      const response = await fetchApi.fetch(input, { ...init, headers });
      // What one did oneself shows everywhere on the page at once, signals or not.
      if (response.ok && changes) {
        announceOwnChange();
      }
      return response;
    },
  });
}
