import type { AuthService } from '@backstage/backend-plugin-api';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { byName } from './byName';
import type { Complaints } from './Complaints';
import { isAuthored } from './isAuthored';

type Request = NonNullable<Parameters<CatalogService['getEntities']>[0]>;

/**
 * Entities that catalog files describe, by name in lower case. Of several with
 * one name the first counts.
 *
 * @param options - `what`: an agent or a workflow, for complaints; `location`: that of entities which are provided
 */
export async function readAuthoredEntities(options: {
  auth: AuthService;
  catalog: CatalogService;
  what: string;
  filter: Request['filter'];
  fields: string[];
  location: string;
  complaints: Complaints;
}): Promise<Map<string, Entity>> {
  const { auth, catalog, what, filter, fields, location, complaints } = options;
  const { items } = await catalog.getEntities(
    { filter, fields },
    { credentials: await auth.getOwnServiceCredentials() },
  );
  const authored = new Map<string, Entity>();
  for (const entity of items.sort(byName)) {
    if (!isAuthored(entity, location)) {
      continue;
    }
    const name = entity.metadata.name.toLowerCase();
    if (authored.has(name)) {
      complaints.add(
        `${stringifyEntityRef(entity)} is left out: another file describes ${what} of the same name`,
      );
    } else {
      authored.set(name, entity);
    }
  }
  return authored;
}
