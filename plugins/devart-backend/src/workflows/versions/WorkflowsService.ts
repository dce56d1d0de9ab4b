import { createHash } from 'node:crypto';
import { ConflictError, NotFoundError } from '@backstage/errors';
import type {
  Workflow,
  WorkflowSummary,
  WorkflowVersion,
  WorkflowWebhook,
} from '@devart/plugin-devart-common';
import { prerelease, rcompare } from 'semver';
import { v7 as uuidv7 } from 'uuid';
import { scopeOf, type MemberCaller } from '../../access/Caller';
import type { Database } from '../../database/Database';
import type { Transaction } from '../../database/Transaction';
import { InvalidInputError } from '../../operations/InvalidInputError';
import type { EventLog } from '../../outbox/EventLog';
import { diffWorkflows, type WorkflowDiff } from '../definition/diffWorkflows';
import {
  parseWorkflow,
  type ParsedWorkflow,
} from '../definition/parseWorkflow';
import { WorkflowProgram } from '../definition/WorkflowProgram';
import type { OperationSteps } from '../steps/OperationSteps';
import { operationOfStep } from '../steps/operationOfStep';
import type { ProgramCache } from './ProgramCache';
import { nextRun } from '../definition/schedule';
import type { SecretBox } from '../secrets/SecretBox';
import { createWebhookSecret } from '../secrets/webhookSecrets';
import type {
  TriggerRow,
  VersionRow,
  WebhookRow,
  WorkflowRow,
  WorkflowStore,
} from './WorkflowStore';

type Document = NonNullable<ParsedWorkflow['document']>;

/** Where webhooks of workflows are received. */
export const WEBHOOK_PATH = '/api/devart/webhooks/workflows';

function toSummary(row: WorkflowRow): WorkflowSummary {
  return {
    id: row.id,
    name: row.name,
    title: row.title,
    description: row.description,
    owner: row.owner ?? undefined,
    entityRef: row.entity_ref,
    managedBy: row.managed_by,
    version: row.current_version,
    steps: row.steps,
    running: row.running,
    lastRun:
      row.last_run_id === null
        ? undefined
        : {
            id: row.last_run_id,
            number: row.last_run_number!,
            status: row.last_run_status!,
            at: row.last_run_at!.toISOString(),
          },
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

function toVersion(row: VersionRow): WorkflowVersion {
  const { document, graph } = read(row.source);
  return {
    version: row.version,
    publishedBy: row.published_by,
    publishedAt: row.published_at.toISOString(),
    source: row.source,
    parameters: document.spec.parameters,
    steps: graph,
  };
}

function toTrigger(row: TriggerRow): Workflow['triggers'][number] {
  const descriptions = {
    schedule: `${row.cron} (${row.timezone})`,
    event: row.topic ?? '',
    webhook: 'Signed webhook',
  };
  return {
    type: row.type,
    description: descriptions[row.type],
    nextAt: row.next_at?.toISOString(),
    lastError: row.last_error ?? undefined,
  };
}

function toWebhook(row: WebhookRow): WorkflowWebhook {
  return {
    id: row.id,
    name: row.name,
    path: `${WEBHOOK_PATH}/${row.id}`,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString(),
  };
}

function read(source: string) {
  const { document, graph } = parseWorkflow(source);
  if (!document || !graph) {
    throw new Error('A published workflow cannot be read any more');
  }
  return { document, graph };
}

/** @throws InvalidInputError with a field `source:<line>:<column>` for every problem. */
function readOrRefuse(source: string): Document {
  const { problems, document } = parseWorkflow(source, {
    knowsOperation: id => operationOfStep(id) !== undefined,
  });
  if (!document) {
    throw new InvalidInputError(
      problems.map(({ line, column, path, message }) => ({
        field: `source:${line}:${column}`,
        problem: path ? `${path} ${message}` : message,
      })),
    );
  }
  return document;
}

/** The highest version; those before a release only where there is no release. */
function highest(versions: readonly string[]): string {
  const releases = versions.filter(version => !prerelease(version));
  return [...(releases.length > 0 ? releases : versions)].sort(rcompare)[0];
}

/** Workflows, their published versions, and what starts them. */
export class WorkflowsService {
  readonly #database: Database;
  readonly #store: WorkflowStore;
  readonly #programs: ProgramCache;
  readonly #steps: OperationSteps;
  readonly #secrets: SecretBox;
  readonly #events: EventLog;
  #onScheduled: () => void = () => {};

  constructor(options: {
    database: Database;
    store: WorkflowStore;
    programs: ProgramCache;
    steps: OperationSteps;
    secrets: SecretBox;
    events: EventLog;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#programs = options.programs;
    this.#steps = options.steps;
    this.#secrets = options.secrets;
    this.#events = options.events;
  }

  /** Says whom to wake when schedules may have changed. */
  onScheduled(listener: () => void): void {
    this.#onScheduled = listener;
  }

  async list(
    caller: MemberCaller,
    filter: Parameters<WorkflowStore['list']>[2],
  ): Promise<WorkflowSummary[]> {
    const rows = await this.#database.inScope(scopeOf(caller), tx =>
      this.#store.list(tx, caller.organizationId, filter),
    );
    return rows.map(toSummary);
  }

  /** @throws NotFoundError */
  async get(caller: MemberCaller, id: string): Promise<Workflow> {
    return this.#database.inScope(scopeOf(caller), tx =>
      this.#read(tx, caller, id),
    );
  }

  /** What is wrong with a source, or what it would be. */
  validate(source: string) {
    const { problems, document, graph } = parseWorkflow(source, {
      knowsOperation: id => operationOfStep(id) !== undefined,
    });
    return {
      problems,
      name: document?.metadata.name,
      version: document?.spec.version,
      parameters: document?.spec.parameters,
      steps: graph,
    };
  }

  /**
   * Publishes a version.
   *
   * @throws InvalidInputError naming line and column of everything that is wrong.
   * @throws ConflictError when the version has another content, or the workflow
   * is written in the catalog.
   * @throws NotAllowedError when a trigger would do what the caller may not.
   */
  async publish(caller: MemberCaller, source: string): Promise<Workflow> {
    const document = readOrRefuse(source);
    await this.#checkTriggers(caller, document);
    return this.#database.inScope(scopeOf(caller), async tx => {
      const known = await this.#store.lockByName(
        tx,
        caller.organizationId,
        document.metadata.name,
      );
      if (known?.managed_by === 'catalog') {
        throw new ConflictError(
          'source: the workflow is written in the catalog, and changed there',
        );
      }
      return this.#keep(tx, caller, { source, document, known });
    });
  }

  /**
   * Makes what a catalog file says the current version; the file going back to
   * an earlier version is how such a workflow is rolled back.
   *
   * @throws InvalidInputError, ConflictError and NotAllowedError as {@link WorkflowsService.publish}.
   */
  async describe(
    caller: MemberCaller,
    described: { source: string; entityRef: string },
  ): Promise<Workflow> {
    const { source, entityRef } = described;
    const document = readOrRefuse(source);
    await this.#checkTriggers(caller, document);
    return this.#database.inScope(scopeOf(caller), async tx => {
      const known = await this.#store.lockByName(
        tx,
        caller.organizationId,
        document.metadata.name,
      );
      return this.#keep(tx, caller, { source, document, known, entityRef });
    });
  }

  /** The catalog no longer describes a workflow. */
  async undescribe(caller: MemberCaller, id: string): Promise<Workflow> {
    return this.#database.inScope(scopeOf(caller), async tx => {
      const row = await this.#find(tx, caller, id);
      if (row.managed_by === 'catalog') {
        await this.#store.setManagedBy(tx, id, 'api');
        await this.#store.replaceTriggers(
          tx,
          { id, organizationId: caller.organizationId },
          [],
        );
        await this.#announce(tx, row, 'workflow.undescribed');
      }
      return this.#read(tx, caller, id);
    });
  }

  /** @throws ConflictError when it is written in the catalog or has runs under way. */
  async delete(caller: MemberCaller, id: string): Promise<void> {
    await this.#database.inScope(scopeOf(caller), async tx => {
      const row = await this.#find(tx, caller, id);
      if (row.managed_by === 'catalog') {
        throw new ConflictError(
          'The workflow is written in the catalog; remove it there',
        );
      }
      if (!(await this.#store.remove(tx, id))) {
        throw new ConflictError(
          'The workflow has runs under way; cancel them, or wait for their end',
        );
      }
      await this.#announce(tx, row, 'workflow.deleted');
    });
    this.#programs.forget(id);
  }

  /** Versions newest first, one more than `limit`. */
  async versions(
    caller: MemberCaller,
    id: string,
    page: { beforeId?: string; limit: number },
  ) {
    return this.#database.inScope(scopeOf(caller), async tx => {
      await this.#find(tx, caller, id);
      return this.#store.listVersions(tx, id, page);
    });
  }

  /** @throws NotFoundError */
  async version(
    caller: MemberCaller,
    id: string,
    version: string,
  ): Promise<WorkflowVersion> {
    return this.#database.inScope(scopeOf(caller), async tx => {
      await this.#find(tx, caller, id);
      return toVersion(await this.#findVersion(tx, id, version));
    });
  }

  async diff(
    caller: MemberCaller,
    id: string,
    versions: { from: string; to: string },
  ): Promise<WorkflowDiff> {
    const { from, to } = await this.#database.inScope(
      scopeOf(caller),
      async tx => {
        await this.#find(tx, caller, id);
        return {
          from: await this.#findVersion(tx, id, versions.from),
          to: await this.#findVersion(tx, id, versions.to),
        };
      },
    );
    return diffWorkflows(
      { document: read(from.source).document, source: from.source },
      { document: read(to.source).document, source: to.source },
    );
  }

  /** The tasks that a run of the current version may create. */
  async templates(caller: MemberCaller, id: string) {
    const { source } = await this.#database.inScope(
      scopeOf(caller),
      async tx => {
        const row = await this.#find(tx, caller, id);
        return this.#findVersion(tx, id, row.current_version);
      },
    );
    return read(source).document.spec.steps.flatMap(({ id: step, task }) =>
      task
        ? [
            {
              step,
              title: task.title,
              description: task.description ?? '',
              capabilities: task.capabilities,
            },
          ]
        : [],
    );
  }

  /**
   * Adds an address that starts runs, in the name of whoever adds it.
   *
   * @throws ConflictError when no key is configured to keep its secret with.
   */
  async createWebhook(
    caller: MemberCaller,
    workflowId: string,
    name: string,
  ): Promise<{ webhook: WorkflowWebhook; secret: string }> {
    const secret = createWebhookSecret();
    const webhook = await this.#database.inScope(scopeOf(caller), async tx => {
      const row = await this.#find(tx, caller, workflowId);
      const { source } = await this.#findVersion(
        tx,
        workflowId,
        row.current_version,
      );
      await this.#steps.requirePermitted(
        caller,
        WorkflowProgram.compile(read(source).document),
      );
      const id = uuidv7();
      await this.#store.insertWebhook(tx, {
        id,
        organizationId: caller.organizationId,
        workflowId,
        name,
        secret: this.#secrets.seal(secret, id),
        createdRole: caller.role,
      });
      await this.#announce(
        tx,
        row,
        'workflow.updated',
        `webhook ${name} added`,
      );
      const all = await this.#store.webhooks(tx, workflowId);
      return toWebhook(all.find(one => one.id === id)!);
    });
    return { webhook, secret };
  }

  async webhooks(
    caller: MemberCaller,
    workflowId: string,
  ): Promise<WorkflowWebhook[]> {
    return this.#database.inScope(scopeOf(caller), async tx => {
      await this.#find(tx, caller, workflowId);
      return (await this.#store.webhooks(tx, workflowId)).map(toWebhook);
    });
  }

  async deleteWebhook(
    caller: MemberCaller,
    workflowId: string,
    webhookId: string,
  ): Promise<void> {
    await this.#database.inScope(scopeOf(caller), async tx => {
      const row = await this.#find(tx, caller, workflowId);
      if (!(await this.#store.removeWebhook(tx, workflowId, webhookId))) {
        throw new NotFoundError(`There is no webhook ${webhookId}`);
      }
      await this.#announce(tx, row, 'workflow.updated', 'webhook removed');
    });
  }

  /** What starts runs by itself does so in the name of whoever published it, who must be allowed to. */
  async #checkTriggers(
    caller: MemberCaller,
    document: Document,
  ): Promise<void> {
    if (document.spec.triggers.length > 0) {
      await this.#steps.requirePermitted(
        caller,
        WorkflowProgram.compile(document),
      );
    }
  }

  async #keep(
    tx: Transaction,
    caller: MemberCaller,
    published: {
      source: string;
      document: Document;
      known:
        { id: string; current_version: string; managed_by: string } | undefined;
      /** Of a workflow in the catalog. */
      entityRef?: string;
    },
  ): Promise<Workflow> {
    const { source, document, known, entityRef } = published;
    const { metadata, spec } = document;
    const { organizationId } = caller;
    const sourceHash = createHash('sha256').update(source).digest();
    const id = known?.id ?? uuidv7();
    const same = known && (await this.#store.findVersion(tx, id, spec.version));
    if (same && !same.source_hash.equals(sourceHash)) {
      throw new ConflictError(
        `source: version ${spec.version} was published with another content; give it a higher version`,
      );
    }
    const managedBy = entityRef === undefined ? 'api' : 'catalog';
    const names = known ? await this.#store.versionNames(tx, id) : [];
    const current =
      managedBy === 'catalog'
        ? spec.version
        : highest([...names, ...(same ? [] : [spec.version])]);
    const isCurrent =
      known?.current_version === current && known.managed_by === managedBy;
    if (same && isCurrent) {
      return this.#read(tx, caller, id);
    }
    const description = {
      title: metadata.title || metadata.name,
      description: metadata.description ?? '',
      owner: spec.owner,
      entityRef:
        entityRef ??
        `workflow:${metadata.namespace ?? 'default'}/${metadata.name}`.toLowerCase(),
      managedBy,
      currentVersion: current,
      steps: spec.steps.length,
    } as const;
    if (!known) {
      await this.#store.insert(tx, {
        ...description,
        id,
        organizationId,
        name: metadata.name,
      });
    }
    if (!same) {
      await this.#store.insertVersion(tx, {
        id: uuidv7(),
        organizationId,
        workflowId: id,
        version: spec.version,
        source,
        sourceHash,
        publishedRole: caller.role,
      });
    }
    if (current === spec.version) {
      if (known) {
        await this.#store.update(tx, id, description);
      }
      await this.#store.replaceTriggers(
        tx,
        { id, organizationId },
        triggersOf(document),
      );
    }
    await this.#announce(
      tx,
      {
        id,
        organization_id: organizationId,
        title: description.title,
        entity_ref: description.entityRef,
      },
      'workflow.published',
      `version ${spec.version}`,
    );
    tx.afterCommit(() => {
      this.#programs.forget(id);
      this.#onScheduled();
    });
    return this.#read(tx, caller, id);
  }

  async #announce(
    tx: Transaction,
    row: Pick<WorkflowRow, 'id' | 'organization_id' | 'title' | 'entity_ref'>,
    topic: string,
    detail?: string,
  ): Promise<void> {
    await this.#events.append(tx, [
      {
        organizationId: row.organization_id,
        topic,
        subject: { kind: 'workflow', id: row.id, name: row.title },
        entityRef: row.entity_ref,
        detail,
      },
    ]);
  }

  async #read(
    tx: Transaction,
    caller: MemberCaller,
    id: string,
  ): Promise<Workflow> {
    const row = await this.#find(tx, caller, id);
    const latest = await this.#findVersion(tx, id, row.current_version);
    const triggers = await this.#store.triggers(tx, id);
    return {
      ...toSummary(row),
      latest: toVersion(latest),
      triggers: triggers.map(toTrigger),
    };
  }

  async #find(
    tx: Transaction,
    caller: MemberCaller,
    id: string,
  ): Promise<WorkflowRow> {
    const row = await this.#store.find(tx, caller.organizationId, id);
    if (!row) {
      throw new NotFoundError(`There is no workflow ${id}`);
    }
    return row;
  }

  async #findVersion(
    tx: Transaction,
    workflowId: string,
    version: string,
  ): Promise<VersionRow> {
    const row = await this.#store.findVersion(tx, workflowId, version);
    if (!row) {
      throw new NotFoundError(`The workflow has no version ${version}`);
    }
    return row;
  }
}

function triggersOf(
  document: Document,
): Parameters<WorkflowStore['replaceTriggers']>[2] {
  return document.spec.triggers.map((trigger, position) => ({
    position,
    type: trigger.type,
    topic: trigger.type === 'event' ? trigger.topic : null,
    cron: trigger.type === 'schedule' ? trigger.cron : null,
    timezone: trigger.type === 'schedule' ? trigger.timezone : null,
    missed: trigger.type === 'schedule' ? trigger.missed : null,
    next_at:
      trigger.type === 'schedule'
        ? nextRun(trigger.cron, trigger.timezone, new Date())
        : null,
  }));
}
