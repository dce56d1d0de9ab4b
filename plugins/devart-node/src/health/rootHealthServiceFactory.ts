import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { rootReadinessServiceRef } from './rootReadinessServiceRef';

/**
 * The health of the backend, with a readiness that also depends on what parts
 * of the backend say of themselves: a replica whose loops stand still, or whose
 * database is away, is taken out of service until it can work again.
 * @public
 */
export const rootHealthServiceFactory = createServiceFactory({
  service: coreServices.rootHealth,
  deps: {
    lifecycle: coreServices.rootLifecycle,
    readiness: rootReadinessServiceRef,
  },
  factory({ lifecycle, readiness }) {
    let state: 'starting' | 'up' | 'stopping' = 'starting';
    lifecycle.addStartupHook(() => {
      state = 'up';
    });
    lifecycle.addBeforeShutdownHook(() => {
      state = 'stopping';
    });
    return {
      async getLiveness() {
        return { status: 200, payload: { status: 'ok' } };
      },
      async getReadiness() {
        if (state !== 'up') {
          return {
            status: 503,
            payload: { status: 'error', message: `The backend is ${state}` },
          };
        }
        const problems = await readiness.problems();
        return Object.keys(problems).length > 0
          ? { status: 503, payload: { status: 'error', problems } }
          : { status: 200, payload: { status: 'ok' } };
      },
    };
  },
});
