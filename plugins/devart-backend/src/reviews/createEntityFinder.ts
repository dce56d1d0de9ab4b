import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { stringifyError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { ANNOTATION_REPOSITORY } from '@devart/plugin-devart-common';
import type { FindEntityOfRepository } from './ReviewsService';

/**
 * Finds the component of a repository by its annotations: the code host's own
 * (`github.com/project-slug`), or `devart.ai/repository` with the clone URL. A
 * catalog that does not answer costs the link to the component, not the review.
 */
export function createEntityFinder(options: {
  catalog: CatalogService;
  auth: AuthService;
  logger: LoggerService;
}): FindEntityOfRepository {
  const { catalog, auth, logger } = options;
  return async change => {
    try {
      const { items } = await catalog.getEntities(
        {
          filter: [
            {
              [`metadata.annotations.${change.host}.com/project-slug`]:
                change.repository,
            },
            {
              [`metadata.annotations.${ANNOTATION_REPOSITORY}`]:
                change.repositoryUrl,
            },
          ],
          fields: ['kind', 'metadata.name', 'metadata.namespace'],
        },
        { credentials: await auth.getOwnServiceCredentials() },
      );
      return items[0] && stringifyEntityRef(items[0]);
    } catch (error) {
      logger.warn(
        `The component of ${change.repository} could not be looked up: ${stringifyError(error)}`,
      );
      return undefined;
    }
  };
}
