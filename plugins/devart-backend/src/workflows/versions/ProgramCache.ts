import { NotFoundError } from '@backstage/errors';
import type { Database } from '../../database/Database';
import type { Transaction } from '../../database/Transaction';
import { parseWorkflow } from '../definition/parseWorkflow';
import { WorkflowProgram } from '../definition/WorkflowProgram';
import type { LoadedWorkflow } from './LoadedWorkflow';
import type { WorkflowStore } from './WorkflowStore';

const MAX_PROGRAMS = 500;

/**
 * Compiled versions of workflows. A version never changes, so that what is here
 * is right for ever; which version is the current one is only a guess, to be
 * confirmed by the transaction that starts a run of it.
 */
export class ProgramCache {
  readonly #database: Database;
  readonly #store: WorkflowStore;
  readonly #versions = new Map<string, LoadedWorkflow>();
  readonly #current = new Map<string, string>();

  constructor(options: { database: Database; store: WorkflowStore }) {
    this.#database = options.database;
    this.#store = options.store;
  }

  /**
   * A version of a workflow, or what was its current one when last looked at.
   *
   * @throws NotFoundError when there is no such workflow or version in the organisation.
   */
  async get(
    organizationId: string,
    workflowId: string,
    version?: string,
  ): Promise<LoadedWorkflow> {
    const guess = version ?? this.#current.get(workflowId);
    const known = guess && this.#versions.get(`${workflowId}@${guess}`);
    const loaded =
      known ||
      (await this.#database.asSystem('system:workflows', tx =>
        this.getIn(tx, workflowId, version),
      ));
    if (loaded.organizationId !== organizationId) {
      throw new NotFoundError(`There is no workflow ${workflowId}`);
    }
    return loaded;
  }

  /** As {@link ProgramCache.get}, as part of a transaction of the control plane. */
  async getIn(
    tx: Transaction,
    workflowId: string,
    version?: string,
  ): Promise<LoadedWorkflow> {
    const known = version && this.#versions.get(`${workflowId}@${version}`);
    if (known) {
      return known;
    }
    const row = await this.#store.program(tx, workflowId, version);
    if (!row) {
      throw new NotFoundError(
        version === undefined
          ? `There is no workflow ${workflowId}`
          : `version: the workflow has no version ${version}`,
      );
    }
    const { source, ...rest } = row;
    const { document } = parseWorkflow(source);
    if (!document) {
      throw new Error(
        `Version ${row.version} of the workflow ${row.name} cannot be read any more`,
      );
    }
    const loaded = { ...rest, program: WorkflowProgram.compile(document) };
    this.#remember(loaded);
    if (version === undefined) {
      this.#current.set(workflowId, row.version);
    }
    return loaded;
  }

  /** Another version may have become the current one. */
  forget(workflowId: string): void {
    this.#current.delete(workflowId);
  }

  #remember(loaded: LoadedWorkflow): void {
    const key = `${loaded.id}@${loaded.version}`;
    this.#versions.delete(key);
    if (this.#versions.size >= MAX_PROGRAMS) {
      this.#versions.delete(this.#versions.keys().next().value!);
    }
    this.#versions.set(key, loaded);
  }
}
