import { NotFoundError } from '@backstage/errors';
import type {
  DevartClient,
  WorkflowSummary,
} from '@devart/plugin-devart-common';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The id of the workflow that a template names: by its id, its entity
 * reference, or its name.
 *
 * @throws NotFoundError when there is none
 */
export async function findWorkflow(
  client: DevartClient,
  named: string,
  options: { signal: AbortSignal },
): Promise<string> {
  if (UUID.test(named)) {
    return named;
  }
  const wanted = named.toLowerCase();
  const isEntityRef = named.includes(':');
  const isMeant = ({ name, entityRef }: WorkflowSummary) =>
    (isEntityRef ? entityRef : name).toLowerCase() === wanted;
  let cursor: string | undefined;
  do {
    const page = await client.workflows.list(
      { ...(isEntityRef ? { entityRef: wanted } : { text: named }), cursor },
      options,
    );
    const found = page.items.find(isMeant);
    if (found) {
      return found.id;
    }
    cursor = page.nextCursor;
  } while (cursor);
  throw new NotFoundError(
    `There is no workflow '${named}'. Name it as the list of workflows does, or by its entity reference such as workflow:default/build-test-review`,
  );
}
