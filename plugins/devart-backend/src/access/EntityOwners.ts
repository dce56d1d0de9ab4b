import type { AuthService } from '@backstage/backend-plugin-api';
import {
  RELATION_OWNED_BY,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { ServiceUnavailableError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';

/** Knows from the catalog who owns what. Asked only where a policy decides by owner. */
export class EntityOwners {
  readonly #catalog: CatalogService;
  readonly #auth: AuthService;

  constructor(options: { catalog: CatalogService; auth: AuthService }) {
    this.#catalog = options.catalog;
    this.#auth = options.auth;
  }

  /** The entities that one of these owns; all references in lower case. */
  async ownedBy(owners: readonly string[]): Promise<string[]> {
    if (owners.length === 0) {
      return [];
    }
    const { items } = await this.#ask(async credentials =>
      this.#catalog.getEntities(
        {
          filter: { [`relations.${RELATION_OWNED_BY}`]: [...owners] },
          fields: ['kind', 'metadata.name', 'metadata.namespace'],
        },
        { credentials },
      ),
    );
    return items.map(entity => stringifyEntityRef(entity).toLowerCase());
  }

  /** Who owns each of these entities; all references in lower case. */
  async ownersOf(
    entityRefs: readonly string[],
  ): Promise<Map<string, readonly string[]>> {
    const asked = [...new Set(entityRefs.map(ref => ref.toLowerCase()))];
    if (asked.length === 0) {
      return new Map();
    }
    const { items } = await this.#ask(async credentials =>
      this.#catalog.getEntitiesByRefs(
        { entityRefs: asked, fields: ['relations'] },
        { credentials },
      ),
    );
    return new Map(
      asked.map((ref, index) => [
        ref,
        (items[index]?.relations ?? [])
          .filter(({ type }) => type === RELATION_OWNED_BY)
          .map(({ targetRef }) => targetRef.toLowerCase()),
      ]),
    );
  }

  /** @throws ServiceUnavailableError when the catalog does not answer. */
  async #ask<T>(
    question: (
      credentials: Awaited<ReturnType<AuthService['getOwnServiceCredentials']>>,
    ) => Promise<T>,
  ): Promise<T> {
    try {
      return await question(await this.#auth.getOwnServiceCredentials());
    } catch (error) {
      throw new ServiceUnavailableError(
        'The catalog, which knows who owns what, does not answer; try again in a moment',
        error,
      );
    }
  }
}
