import { NotFoundError } from '@backstage/errors';
import type { Role } from '@devart/plugin-devart-common';
import { maxSatisfying, validRange } from 'semver';
import type { Transaction } from '../../database/Transaction';
import type { LoadedWorkflow } from './LoadedWorkflow';
import type { Numbered } from './RunNumbers';

/** A workflow as it is stored, with what lists show of its runs. */
export interface WorkflowRow {
  id: string;
  organization_id: string;
  name: string;
  title: string;
  description: string;
  owner: string | null;
  entity_ref: string;
  managed_by: 'api' | 'catalog';
  current_version: string;
  steps: number;
  created_at: Date;
  updated_at: Date;
  running: number;
  last_run_id: string | null;
  last_run_number: number | null;
  last_run_status: string | null;
  last_run_at: Date | null;
}

/** A published version as it is stored. */
export interface VersionRow {
  id: string;
  workflow_id: string;
  version: string;
  source: string;
  source_hash: Buffer;
  published_by: string;
  published_role: Role;
  published_at: Date;
}

/** What starts a workflow besides people. */
export interface TriggerRow {
  workflow_id: string;
  organization_id: string;
  position: number;
  type: 'schedule' | 'event' | 'webhook';
  topic: string | null;
  cron: string | null;
  timezone: string | null;
  missed: 'skip' | 'run-once' | null;
  next_at: Date | null;
  last_error: string | null;
}

/** A webhook without its secret. */
export interface WebhookRow {
  id: string;
  name: string;
  created_by: string;
  created_at: Date;
  last_used_at: Date | null;
}

/** What a version says of its workflow. */
export interface WorkflowDescription {
  title: string;
  description: string;
  owner?: string;
  entityRef: string;
  managedBy: 'api' | 'catalog';
  currentVersion: string;
  steps: number;
}

const COLUMNS = `w.id, w.organization_id, w.name, w.title, w.description, w.owner, w.entity_ref, w.managed_by,
  w.current_version, w.steps, w.created_at, w.updated_at,
  (select count(*)::int from workflow_runs r where r.workflow_id = w.id and r.status = 'running') as running,
  l.id as last_run_id, l.number as last_run_number, l.status as last_run_status, l.started_at as last_run_at`;
const LAST_RUN = `left join lateral (select id, number, status, started_at from workflow_runs r
  where r.workflow_id = w.id order by r.id desc limit 1) l on true`;

/** The SQL of workflows, their versions, and what starts them. */
export class WorkflowStore {
  async find(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<WorkflowRow | undefined> {
    const [row] = await tx.rows<WorkflowRow>(
      `select ${COLUMNS} from workflows w ${LAST_RUN}
       where w.organization_id = ? and w.id = ? and w.deleted_at is null`,
      [organizationId, id],
    );
    return row;
  }

  /** Locks a workflow, by name, until the transaction ends. */
  async lockByName(
    tx: Transaction,
    organizationId: string,
    name: string,
  ): Promise<
    | { id: string; managed_by: 'api' | 'catalog'; current_version: string }
    | undefined
  > {
    // Two who publish the first version of the same workflow take turns.
    await tx.run('select pg_advisory_xact_lock(hashtextextended(?, 0))', [
      `workflow ${organizationId} ${name.toLowerCase()}`,
    ]);
    const [row] = await tx.rows<{
      id: string;
      managed_by: 'api' | 'catalog';
      current_version: string;
    }>(
      `select id, managed_by, current_version from workflows
       where organization_id = ? and lower(name) = lower(?) and deleted_at is null for update`,
      [organizationId, name],
    );
    return row;
  }

  async list(
    tx: Transaction,
    organizationId: string,
    filter: {
      text?: string;
      entityRef?: string;
      managedBy?: string;
      afterName?: string;
      limit: number;
    },
  ): Promise<WorkflowRow[]> {
    const conditions = ['w.organization_id = ?', 'w.deleted_at is null'];
    const bindings: (string | number)[] = [organizationId];
    if (filter.text !== undefined) {
      conditions.push(
        `strpos(lower(w.name || ' ' || w.title || ' ' || w.description), lower(?)) > 0`,
      );
      bindings.push(filter.text);
    }
    if (filter.entityRef !== undefined) {
      conditions.push('lower(w.entity_ref) = lower(?)');
      bindings.push(filter.entityRef);
    }
    if (filter.managedBy !== undefined) {
      conditions.push('w.managed_by = ?');
      bindings.push(filter.managedBy);
    }
    if (filter.afterName !== undefined) {
      conditions.push('lower(w.name) > ?');
      bindings.push(filter.afterName);
    }
    return tx.rows<WorkflowRow>(
      `select ${COLUMNS} from workflows w ${LAST_RUN}
       where ${conditions.join(' and ')} order by lower(w.name) limit ?`,
      [...bindings, filter.limit + 1],
    );
  }

  async insert(
    tx: Transaction,
    workflow: {
      id: string;
      organizationId: string;
      name: string;
    } & WorkflowDescription,
  ): Promise<void> {
    await tx.run(
      `insert into workflows (id, organization_id, name, title, description, owner, entity_ref, managed_by, current_version, steps)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        workflow.id,
        workflow.organizationId,
        workflow.name,
        workflow.title,
        workflow.description,
        workflow.owner ?? null,
        workflow.entityRef,
        workflow.managedBy,
        workflow.currentVersion,
        workflow.steps,
      ],
    );
  }

  async update(
    tx: Transaction,
    id: string,
    workflow: WorkflowDescription,
  ): Promise<void> {
    await tx.run(
      `update workflows set title = ?, description = ?, owner = ?, entity_ref = ?, managed_by = ?,
         current_version = ?, steps = ?, updated_at = now() where id = ?`,
      [
        workflow.title,
        workflow.description,
        workflow.owner ?? null,
        workflow.entityRef,
        workflow.managedBy,
        workflow.currentVersion,
        workflow.steps,
        id,
      ],
    );
  }

  async setManagedBy(
    tx: Transaction,
    id: string,
    managedBy: 'api' | 'catalog',
  ): Promise<void> {
    await tx.run(
      'update workflows set managed_by = ?, updated_at = now() where id = ?',
      [managedBy, id],
    );
  }

  /** Takes a workflow out of sight; answers false when it has runs under way. */
  async remove(tx: Transaction, id: string): Promise<boolean> {
    const removed = await tx.run(
      `update workflows w set deleted_at = now() where id = ?
         and not exists (select from workflow_runs r where r.workflow_id = w.id and r.status = 'running')`,
      [id],
    );
    if (removed > 0) {
      await tx.run('delete from workflow_triggers where workflow_id = ?', [id]);
      await tx.run('delete from workflow_webhooks where workflow_id = ?', [id]);
    }
    return removed > 0;
  }

  async insertVersion(
    tx: Transaction,
    version: {
      id: string;
      organizationId: string;
      workflowId: string;
      version: string;
      source: string;
      sourceHash: Buffer;
      publishedRole: Role;
    },
  ): Promise<void> {
    await tx.run(
      `insert into workflow_versions (id, organization_id, workflow_id, version, source, source_hash, published_by, published_role)
       values (?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        version.id,
        version.organizationId,
        version.workflowId,
        version.version,
        version.source,
        version.sourceHash,
        tx.actor,
        version.publishedRole,
      ],
    );
  }

  async findVersion(
    tx: Transaction,
    workflowId: string,
    version: string,
  ): Promise<VersionRow | undefined> {
    const [row] = await tx.rows<VersionRow>(
      `select id, workflow_id, version, source, source_hash, published_by, published_role, published_at
       from workflow_versions where workflow_id = ? and version = ?`,
      [workflowId, version],
    );
    return row;
  }

  async versionNames(tx: Transaction, workflowId: string): Promise<string[]> {
    const rows = await tx.rows<{ version: string }>(
      'select version from workflow_versions where workflow_id = ?',
      [workflowId],
    );
    return rows.map(({ version }) => version);
  }

  /** Versions newest first, one more than `limit`. */
  async listVersions(
    tx: Transaction,
    workflowId: string,
    page: { beforeId?: string; limit: number },
  ): Promise<
    (Pick<VersionRow, 'id' | 'version' | 'published_by' | 'published_at'> & {
      runs: number;
    })[]
  > {
    return tx.rows(
      `select v.id, v.version, v.published_by, v.published_at,
         (select count(*)::int from workflow_runs r
          where r.workflow_id = v.workflow_id and r.workflow_version = v.version) as runs
       from workflow_versions v where v.workflow_id = ? and (?::uuid is null or v.id < ?::uuid)
       order by v.id desc limit ?`,
      [
        workflowId,
        page.beforeId ?? null,
        page.beforeId ?? null,
        page.limit + 1,
      ],
    );
  }

  /** The source of a version, the current one unless named, with its workflow. */
  async program(
    tx: Transaction,
    workflowId: string,
    version?: string,
  ): Promise<
    (Omit<LoadedWorkflow, 'program'> & { source: string }) | undefined
  > {
    const [row] = await tx.rows<
      Omit<LoadedWorkflow, 'program'> & { source: string }
    >(
      `select w.id, w.organization_id as "organizationId", w.name, w.title, v.version, v.source,
         v.published_by as "publishedBy", v.published_role as "publishedRole"
       from workflows w join workflow_versions v
         on v.workflow_id = w.id and v.version = coalesce(?, w.current_version)
       where w.id = ? and (?::text is not null or w.deleted_at is null)`,
      [version ?? null, workflowId, version ?? null],
    );
    return row;
  }

  /**
   * Which version a step of kind workflow means: the newest in its range.
   *
   * @throws NotFoundError naming the workflow or the range.
   */
  async resolve(
    tx: Transaction,
    wanted: { organizationId: string; name: string; version?: string },
  ): Promise<{ workflowId: string; version: string }> {
    const [row] = await tx.rows<{ id: string; current_version: string }>(
      `select id, current_version from workflows
       where organization_id = ? and lower(name) = lower(?) and deleted_at is null`,
      [wanted.organizationId, wanted.name],
    );
    if (!row) {
      throw new NotFoundError(`There is no workflow named ${wanted.name}`);
    }
    if (wanted.version === undefined) {
      return { workflowId: row.id, version: row.current_version };
    }
    const names = await this.versionNames(tx, row.id);
    const version = names.includes(wanted.version)
      ? wanted.version
      : validRange(wanted.version) && maxSatisfying(names, wanted.version);
    if (!version) {
      throw new NotFoundError(
        `The workflow ${wanted.name} has no version ${wanted.version}`,
      );
    }
    return { workflowId: row.id, version };
  }

  /**
   * Takes numbers that are expected to be the next ones. Where they are not, or
   * another version is the current one, it divides by zero, and the transaction
   * comes to nothing.
   */
  async takeExpectedNumbers(
    tx: Transaction,
    wanted: readonly { id: string; count: number }[],
    expected: ReadonlyMap<string, Numbered>,
  ): Promise<void> {
    const sorted = [...wanted].sort((a, b) => (a.id < b.id ? -1 : 1));
    const numbers = sorted.map(({ id }) => expected.get(id)!);
    await tx.hotRows(
      `with taken as (
         update workflows w set last_run_number = n.last
         from (select * from unnest(?::uuid[], ?::int[], ?::int[], ?::text[])
           as u(id, last, count, version) order by id) n
         where w.id = n.id and w.deleted_at is null and w.last_run_number = n.last - n.count
           and w.current_version = n.version
         returning 1)
       select 1 / (count(*) = ?)::int from taken`,
      [
        sorted.map(({ id }) => id),
        numbers.map(({ lastNumber }) => lastNumber),
        sorted.map(({ count }) => count),
        numbers.map(({ version }) => version),
        sorted.length,
      ],
    );
  }

  /** Takes the next run numbers of workflows; answers the last one taken and the current version of each. */
  async takeNumbers(
    tx: Transaction,
    wanted: readonly { id: string; count: number }[],
  ): Promise<Map<string, Numbered>> {
    if (wanted.length === 0) {
      return new Map();
    }
    const sorted = [...wanted].sort((a, b) => (a.id < b.id ? -1 : 1));
    const rows = await tx.hotRows<{
      id: string;
      last_run_number: number;
      current_version: string;
    }>(
      `update workflows w set last_run_number = w.last_run_number + n.count
       from (select * from unnest(?::uuid[], ?::int[]) as u(id, count) order by id) n
       where w.id = n.id and w.deleted_at is null
       returning w.id, w.last_run_number, w.current_version`,
      [sorted.map(({ id }) => id), sorted.map(({ count }) => count)],
    );
    return new Map(
      rows.map(row => [
        row.id,
        { lastNumber: row.last_run_number, version: row.current_version },
      ]),
    );
  }

  async replaceTriggers(
    tx: Transaction,
    workflow: { id: string; organizationId: string },
    triggers: readonly Pick<
      TriggerRow,
      'position' | 'type' | 'topic' | 'cron' | 'timezone' | 'missed' | 'next_at'
    >[],
  ): Promise<void> {
    await tx.run('delete from workflow_triggers where workflow_id = ?', [
      workflow.id,
    ]);
    for (const trigger of triggers) {
      await tx.run(
        `insert into workflow_triggers (workflow_id, organization_id, position, type, topic, cron, timezone, missed, next_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          workflow.id,
          workflow.organizationId,
          trigger.position,
          trigger.type,
          trigger.topic,
          trigger.cron,
          trigger.timezone,
          trigger.missed,
          trigger.next_at,
        ],
      );
    }
  }

  async triggers(tx: Transaction, workflowId: string): Promise<TriggerRow[]> {
    return tx.rows<TriggerRow>(
      'select * from workflow_triggers where workflow_id = ? order by position',
      [workflowId],
    );
  }

  /** Schedules whose time has come, and when the next one's will. */
  async dueSchedules(
    tx: Transaction,
    limit: number,
  ): Promise<{ due: (TriggerRow & { due_at: Date })[]; nextAt?: Date }> {
    const due = await tx.rows<TriggerRow & { due_at: Date }>(
      `select t.*, t.next_at as due_at from workflow_triggers t
       where t.next_at <= now() order by t.next_at limit ?`,
      [limit],
    );
    const [next] = await tx.rows<{ at: Date | null }>(
      'select min(next_at) as at from workflow_triggers where next_at > now()',
    );
    return { due, nextAt: next.at ?? undefined };
  }

  /** Moves a schedule on, unless another replica did or it was replaced. */
  async moveSchedule(
    tx: Transaction,
    trigger: Pick<TriggerRow, 'workflow_id' | 'position'> & { due_at: Date },
    next: Date | null,
    error: string | undefined,
  ): Promise<void> {
    await tx.run(
      `update workflow_triggers set next_at = ?, last_error = ?
       where workflow_id = ? and position = ? and next_at = ?`,
      [
        next,
        error ?? null,
        trigger.workflow_id,
        trigger.position,
        trigger.due_at,
      ],
    );
  }

  async setTriggerError(
    tx: Transaction,
    trigger: Pick<TriggerRow, 'workflow_id' | 'position'>,
    error: string | undefined,
  ): Promise<void> {
    await tx.run(
      `update workflow_triggers set last_error = ?
       where workflow_id = ? and position = ? and last_error is distinct from ?`,
      [error ?? null, trigger.workflow_id, trigger.position, error ?? null],
    );
  }

  async insertWebhook(
    tx: Transaction,
    webhook: {
      id: string;
      organizationId: string;
      workflowId: string;
      name: string;
      secret: Buffer;
      createdRole: Role;
    },
  ): Promise<void> {
    await tx.run(
      `insert into workflow_webhooks (id, organization_id, workflow_id, name, secret, created_by, created_role)
       values (?, ?, ?, ?, ?, ?, ?)`,
      [
        webhook.id,
        webhook.organizationId,
        webhook.workflowId,
        webhook.name,
        webhook.secret,
        tx.actor,
        webhook.createdRole,
      ],
    );
  }

  async webhooks(tx: Transaction, workflowId: string): Promise<WebhookRow[]> {
    return tx.rows<WebhookRow>(
      `select id, name, created_by, created_at, last_used_at from workflow_webhooks
       where workflow_id = ? order by id`,
      [workflowId],
    );
  }

  async removeWebhook(
    tx: Transaction,
    workflowId: string,
    id: string,
  ): Promise<boolean> {
    const removed = await tx.run(
      'delete from workflow_webhooks where workflow_id = ? and id = ?',
      [workflowId, id],
    );
    return removed > 0;
  }

  /** A webhook with its secret, for the control plane itself. */
  async webhookWithSecret(
    tx: Transaction,
    id: string,
  ): Promise<
    | {
        id: string;
        organization_id: string;
        workflow_id: string;
        name: string;
        secret: Buffer;
        created_by: string;
        created_role: Role;
      }
    | undefined
  > {
    const [row] = await tx.rows<{
      id: string;
      organization_id: string;
      workflow_id: string;
      name: string;
      secret: Buffer;
      created_by: string;
      created_role: Role;
    }>(
      `select id, organization_id, workflow_id, name, secret, created_by, created_role
       from workflow_webhooks where id = ?`,
      [id],
    );
    return row;
  }

  async touchWebhook(tx: Transaction, id: string): Promise<void> {
    await tx.run(
      'update workflow_webhooks set last_used_at = now() where id = ?',
      [id],
    );
  }
}
