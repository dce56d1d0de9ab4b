import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { ResponseError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  WORKFLOW_KIND,
  type DevartClient,
  type WorkflowSummary,
} from '@devart/plugin-devart-common';
import { byName } from './byName';
import { isAuthored } from './isAuthored';
import { listWorkflows } from './listWorkflows';
import { readAuthoredWorkflow } from './readAuthoredWorkflow';
import { WORKFLOWS_LOCATION } from './toWorkflowEntity';

/** What a catalog file says of a workflow. */
interface AuthoredWorkflow {
  entityRef: string;
  version: unknown;
  source: string;
}

/**
 * The workflows that catalog files describe: each version that a file holds is
 * published, and a workflow that no file holds any more is let go.
 */
export class AuthoredWorkflows {
  readonly #options: {
    auth: AuthService;
    catalog: CatalogService;
    client: DevartClient;
    logger: LoggerService;
  };
  /** What the control plane has taken over, by entity reference. */
  readonly #taken = new Map<string, string>();
  // What cannot be taken over is said once, not with every round.
  #said: ReadonlySet<string> = new Set();

  constructor(options: {
    auth: AuthService;
    catalog: CatalogService;
    client: DevartClient;
    logger: LoggerService;
  }) {
    this.#options = options;
  }

  /** Tells the control plane what the files say, where it does not know it yet. */
  async describe(signal?: AbortSignal): Promise<void> {
    const { client } = this.#options;
    const records = new Map(
      (await listWorkflows(client, { signal })).map(workflow => [
        workflow.name.toLowerCase(),
        workflow,
      ]),
    );
    const problems = new Set<string>();
    const authored = await this.#read(problems);
    for (const [name, said] of authored) {
      if (!this.#isTaken(said, records.get(name))) {
        await this.#take(said, { problems, signal });
      }
    }
    for (const [name, { id, managedBy, entityRef }] of records) {
      if (managedBy === 'catalog' && !authored.has(name)) {
        this.#taken.delete(entityRef);
        await client.workflows.undescribe({ id }, { signal });
      }
    }
    this.#say(problems);
  }

  #isTaken(
    { entityRef, version, source }: AuthoredWorkflow,
    record: WorkflowSummary | undefined,
  ): boolean {
    return (
      record?.managedBy === 'catalog' &&
      record.entityRef === entityRef &&
      record.version === version &&
      this.#taken.get(entityRef) === source
    );
  }

  /** A workflow that is refused keeps none of the others from being taken over. */
  async #take(
    { entityRef, source }: AuthoredWorkflow,
    options: { problems: Set<string>; signal?: AbortSignal },
  ): Promise<void> {
    const { problems, signal } = options;
    try {
      await this.#options.client.workflows.describe(
        { source, entityRef },
        { signal },
      );
      this.#taken.set(entityRef, source);
    } catch (error) {
      if (!(error instanceof ResponseError) || error.statusCode >= 500) {
        throw error;
      }
      problems.add(
        `What ${entityRef} says is not taken over: ${error.cause.message}`,
      );
    }
  }

  /** What files say of workflows, by name in lower case. */
  async #read(problems: Set<string>): Promise<Map<string, AuthoredWorkflow>> {
    const authored = new Map<string, AuthoredWorkflow>();
    for (const entity of await this.#authoredEntities()) {
      const entityRef = stringifyEntityRef(entity);
      const name = entity.metadata.name.toLowerCase();
      if (authored.has(name)) {
        problems.add(
          `${entityRef} is left out: another file describes a workflow of the same name`,
        );
        continue;
      }
      authored.set(name, {
        entityRef,
        version: entity.spec?.version,
        source: readAuthoredWorkflow(entity),
      });
    }
    return authored;
  }

  async #authoredEntities(): Promise<Entity[]> {
    const { auth, catalog } = this.#options;
    const { items } = await catalog.getEntities(
      {
        filter: { kind: WORKFLOW_KIND },
        fields: ['apiVersion', 'kind', 'metadata', 'spec'],
      },
      { credentials: await auth.getOwnServiceCredentials() },
    );
    return items
      .sort(byName)
      .filter(entity => isAuthored(entity, WORKFLOWS_LOCATION));
  }

  #say(problems: ReadonlySet<string>): void {
    for (const problem of problems) {
      if (!this.#said.has(problem)) {
        this.#options.logger.warn(problem);
      }
    }
    this.#said = problems;
  }
}
