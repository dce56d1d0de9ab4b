import type { AuthService } from '@backstage/backend-plugin-api';
import { ServiceUnavailableError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { FindUnknownPrincipals } from './ApprovalsService';

/** Looks users and groups up in the catalog. */
export function createPrincipalFinder(options: {
  catalog: CatalogService;
  auth: AuthService;
}): FindUnknownPrincipals {
  const { catalog, auth } = options;
  return async refs => {
    try {
      const { items } = await catalog.getEntitiesByRefs(
        { entityRefs: [...refs], fields: ['kind'] },
        { credentials: await auth.getOwnServiceCredentials() },
      );
      return refs.filter((_ref, index) => !items[index]);
    } catch (error) {
      throw new ServiceUnavailableError(
        'The catalog, which knows users and groups, does not answer; try again in a moment',
        error,
      );
    }
  };
}
