import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { ResponseError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  WORKFLOW_KIND,
  type DevartClient,
  type WorkflowSummary,
} from '@devart/plugin-devart-common';
import { Complaints } from './Complaints';
import { listWorkflows } from './listWorkflows';
import { readAuthoredEntities } from './readAuthoredEntities';
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
  readonly #complaints: Complaints;

  constructor(options: {
    auth: AuthService;
    catalog: CatalogService;
    client: DevartClient;
    logger: LoggerService;
  }) {
    this.#options = options;
    this.#complaints = new Complaints(options.logger);
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
    const authored = await this.#read();
    for (const [name, said] of authored) {
      if (!this.#isTaken(said, records.get(name))) {
        await this.#take(said, signal);
      }
    }
    for (const [name, { id, managedBy, entityRef }] of records) {
      if (managedBy === 'catalog' && !authored.has(name)) {
        this.#taken.delete(entityRef);
        await client.workflows.undescribe({ id }, { signal });
      }
    }
    this.#complaints.tell();
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
    signal: AbortSignal | undefined,
  ): Promise<void> {
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
      this.#complaints.add(
        `What ${entityRef} says is not taken over: ${error.cause.message}`,
      );
    }
  }

  /** What files say of workflows, by name in lower case. */
  async #read(): Promise<Map<string, AuthoredWorkflow>> {
    const entities = await readAuthoredEntities({
      ...this.#options,
      what: 'a workflow',
      filter: { kind: WORKFLOW_KIND },
      fields: ['apiVersion', 'kind', 'metadata', 'spec'],
      location: WORKFLOWS_LOCATION,
      complaints: this.#complaints,
    });
    return new Map(
      [...entities].map(([name, entity]) => [
        name,
        {
          entityRef: stringifyEntityRef(entity),
          version: entity.spec?.version,
          source: readAuthoredWorkflow(entity),
        },
      ]),
    );
  }
}
