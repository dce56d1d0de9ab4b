import type { DiscoveryApi, FetchApi } from '@backstage/core-plugin-api';
import {
  createDevartClient,
  newTraceparent,
} from '@devart/plugin-devart-common';
import type { DevartApi } from './devartApiRef';
import { announceOwnChange } from './ownChanges';

/** A client that speaks with the portal's own back end as whoever is signed in. */
export function createDevartApi(options: {
  discoveryApi: DiscoveryApi;
  fetchApi: FetchApi;
}): DevartApi {
  const { discoveryApi, fetchApi } = options;
  return createDevartClient({
    baseUrl: () => discoveryApi.getBaseUrl('devart'),
    fetch: async (input, init) => {
      const isChange = init?.method !== 'GET';
      const headers = new Headers(init?.headers);
      // With what a person does a trace begins; an instrumented browser has begun it already.
      if (isChange && !headers.has('traceparent')) {
        headers.set('traceparent', newTraceparent());
      }
      const response = await fetchApi.fetch(input, { ...init, headers });
      // What one did oneself shows everywhere on the page at once, signals or not.
      if (response.ok && isChange) {
        announceOwnChange();
      }
      return response;
    },
  });
}
