import type { LedgerKind, SpendGroup } from '@devart/plugin-devart-common';
import { Conditions } from '../database/Conditions';
import type { Transaction } from '../database/Transaction';

/** An entry of the ledger as it is stored, with names. */
export interface LedgerRow {
  id: string;
  at: Date;
  written_at: Date;
  kind: LedgerKind;
  amount_micros: string;
  /** The difference that a correction has made. */
  correction_micros: string | null;
  corrects_id: string | null;
  request_id: string;
  service_id: string;
  service_name: string | null;
  delegated_from: { id: string; name: string | null }[];
  actor: string;
  agent_id: string | null;
  agent_name: string | null;
  team: string | null;
  task_id: string | null;
  task_title: string | null;
  run_id: string | null;
  run_name: string | null;
  workflow_id: string | null;
  workflow_title: string | null;
  entity_ref: string | null;
  model: string | null;
  input_tokens: string | null;
  output_tokens: string | null;
  quantity: string | null;
  reason: string | null;
}

/** What narrows a reading of the ledger. */
export interface LedgerFilter {
  kind?: readonly LedgerKind[];
  serviceId?: string;
  agentId?: string;
  team?: string;
  taskId?: string;
  runId?: string;
  workflowId?: string;
  entityRef?: string;
  model?: string;
  from?: string;
  to?: string;
}

/** One bucket of one group, or of those that stand together. */
export interface SpendRow {
  /** From 1, those that spent most first; one more than were asked for are the rest. */
  place: number;
  key: string | null;
  bucket: Date;
  micros: string;
  /** How many groups there are. */
  groups: number;
}

/** Those that run agents may not look up runs and workflows. */
const RUN_NAMES = `(select w.title || ' #' || r.number from workflow_runs r join workflows w on w.id = r.workflow_id
    where r.id = e.run_id) as run_name,
  (select title from workflows w where w.id = e.workflow_id) as workflow_title`;

function select(withRuns: boolean): string {
  return `
  select e.id, e.at, e.written_at, e.kind, e.amount_micros,
    (select c.amount_micros from ledger_entries c where c.organization_id = e.organization_id
      and c.request_id = e.request_id || '#corrected') as correction_micros,
    e.corrects_id, e.request_id, e.service_id, s.name as service_name,
    coalesce((select json_agg(json_build_object('id', d.id, 'name', v.name) order by d.place)
      from unnest(e.delegated_from) with ordinality d (id, place) left join services v on v.id = d.id), '[]') as delegated_from,
    e.actor, e.agent_id, a.name as agent_name, e.team, e.task_id, t.title as task_title, e.run_id, e.workflow_id,
    ${withRuns ? RUN_NAMES : 'null as run_name, null as workflow_title'},
    e.entity_ref, e.model, e.input_tokens, e.output_tokens, e.quantity, e.detail ->> 'reason' as reason
  from ledger_entries e
  left join services s on s.id = e.service_id
  left join agents a on a.id = e.agent_id
  left join tasks t on t.id = e.task_id`;
}

const SELECT = select(true);
const SELECT_OF_AGENT = select(false);

const KEYS: Record<SpendGroup, string> = {
  service: 'e.service_id::text',
  agent: 'e.agent_id::text',
  workflow: 'e.workflow_id::text',
  entity: 'e.entity_ref',
  team: 'e.team',
  model: 'e.model',
};

const NAMES: Partial<Record<SpendGroup, string>> = {
  service:
    'select id::text, title as name from services where id = any(?::uuid[])',
  agent: 'select id::text, name from agents where id = any(?::uuid[])',
  workflow:
    'select id::text, title as name from workflows where id = any(?::uuid[])',
};

function conditionsOf(
  organizationId: string,
  filter: LedgerFilter,
): Conditions {
  return new Conditions()
    .add('e.organization_id = ?', organizationId)
    .narrow('e.kind = any(?::text[])', filter.kind)
    .narrow('e.service_id = ?', filter.serviceId)
    .narrow('e.agent_id = ?', filter.agentId)
    .narrow('e.team = ?', filter.team)
    .narrow('e.task_id = ?', filter.taskId)
    .narrow('e.run_id = ?', filter.runId)
    .narrow('e.workflow_id = ?', filter.workflowId)
    .narrow('e.entity_ref = ?', filter.entityRef)
    .narrow('e.model = ?', filter.model)
    .narrow('e.at >= ?', filter.from)
    .narrow('e.at < ?', filter.to);
}

/** The SQL that reads the ledger. */
export class LedgerStore {
  /** Entries newest first, one more than `limit`. */
  async list(
    tx: Transaction,
    organizationId: string,
    filter: LedgerFilter & { beforeId?: string; limit: number },
    reader: 'member' | 'agent',
  ): Promise<LedgerRow[]> {
    const where = conditionsOf(organizationId, filter).narrow(
      'e.id < ?',
      filter.beforeId,
    );
    return tx.rows<LedgerRow>(
      `${reader === 'agent' ? SELECT_OF_AGENT : SELECT} where ${where.sql} order by e.id desc limit ?`,
      [...where.bindings, filter.limit + 1],
    );
  }

  /** Entries oldest first, at most `limit`. */
  async listForward(
    tx: Transaction,
    organizationId: string,
    filter: LedgerFilter & { afterId?: string; limit: number },
  ): Promise<LedgerRow[]> {
    const where = conditionsOf(organizationId, filter).narrow(
      'e.id > ?',
      filter.afterId,
    );
    return tx.rows<LedgerRow>(
      `${SELECT} where ${where.sql} order by e.id limit ?`,
      [...where.bindings, filter.limit],
    );
  }

  async find(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<LedgerRow | undefined> {
    const [row] = await tx.rows<LedgerRow>(
      `${SELECT} where e.organization_id = ? and e.id = ?`,
      [organizationId, id],
    );
    return row;
  }

  /** When each bucket between two instants begins, one more than `limit`. */
  async buckets(
    tx: Transaction,
    options: {
      bucket: 'day' | 'week' | 'month';
      timeZone: string;
      from: string;
      to: string;
      limit: number;
    },
  ): Promise<Date[]> {
    const { bucket, timeZone, from, to, limit } = options;
    const rows = await tx.rows<{ starts_at: Date }>(
      `select b.local at time zone ? as starts_at
       from generate_series(date_trunc(?::text, ?::timestamptz at time zone ?), ?::timestamptz at time zone ?,
         ('1 ' || ?::text)::interval) b (local)
       where b.local at time zone ? < ?::timestamptz order by 1 limit ?`,
      [
        timeZone,
        bucket,
        from,
        timeZone,
        to,
        timeZone,
        bucket,
        timeZone,
        to,
        limit + 1,
      ],
    );
    return rows.map(row => row.starts_at);
  }

  /** What the groups that spent most have spent in each bucket, and the rest together. */
  async spend(
    tx: Transaction,
    organizationId: string,
    options: {
      groupBy: SpendGroup;
      bucket: 'day' | 'week' | 'month';
      timeZone: string;
      filter: LedgerFilter;
      groups: number;
    },
  ): Promise<SpendRow[]> {
    const where = conditionsOf(organizationId, options.filter);
    return tx.rows<SpendRow>(
      `with scoped as (
         select ${KEYS[options.groupBy]} as key, date_trunc(?::text, e.at, ?) as bucket, sum(e.amount_micros) as micros
         from ledger_entries e where ${where.sql} group by 1, 2
       ),
       totals as (select *, sum(micros) over (partition by key) as total from scoped),
       ranked as (select *, dense_rank() over (order by total desc, key nulls last) as place from totals),
       counted as (select *, max(place) over () as groups from ranked)
       select least(place, ? + 1)::int as place, case when place <= ? then key end as key, bucket,
         sum(micros) as micros, max(groups)::int as groups
       from counted group by 1, 2, 3 order by 1, 3`,
      [
        options.bucket,
        options.timeZone,
        ...where.bindings,
        options.groups,
        options.groups,
      ],
    );
  }

  /** What the keys of groups are called. */
  async namesOf(
    tx: Transaction,
    groupBy: SpendGroup,
    keys: readonly string[],
  ): Promise<Map<string, string>> {
    const sql = NAMES[groupBy];
    if (!sql || keys.length === 0) {
      return new Map(keys.map(key => [key, key]));
    }
    const rows = await tx.rows<{ id: string; name: string }>(sql, [keys]);
    return new Map(rows.map(row => [row.id, row.name]));
  }

  /** What services have cost in the month of now, as far as whoever asks may see it. */
  async monthOf(
    tx: Transaction,
    organizationId: string,
    serviceIds: readonly string[],
    timeZone: string,
  ): Promise<Map<string, number>> {
    if (serviceIds.length === 0) {
      return new Map();
    }
    const rows = await tx.rows<{ service_id: string; micros: string }>(
      `select service_id, sum(amount_micros) as micros from ledger_entries
       where organization_id = ? and at >= date_trunc('month', clock_timestamp(), ?) and service_id = any(?::uuid[])
       group by 1`,
      [organizationId, timeZone, serviceIds],
    );
    return new Map(rows.map(row => [row.service_id, Number(row.micros)]));
  }

  /** The charges of a task that a fallback has paid, oldest first. */
  async delegationsOfTask(
    tx: Transaction,
    organizationId: string,
    taskId: string,
    reader: 'member' | 'agent',
  ): Promise<LedgerRow[]> {
    return tx.rows<LedgerRow>(
      `${reader === 'agent' ? SELECT_OF_AGENT : SELECT}
       where e.organization_id = ? and e.task_id = ? and e.delegated_from <> '{}' and e.kind <> 'correction' order by e.id`,
      [organizationId, taskId],
    );
  }
}
