import { costOfTask } from '../../budgets/costOfTask';
import { Conditions } from '../../database/Conditions';
import type { Transaction } from '../../database/Transaction';
import { groupBy } from '../../collections/groupBy';
import type { RunChanges } from '../state/RunState';
import type { RunRecord, StepRecord } from '../state/RunRecord';

type Column<T> = {
  name: string;
  type: string;
  property: keyof T & string;
  /** Written once, with the row. */
  fixed?: true;
};

function columnsOf<T>(
  columns: [property: keyof T & string, type: string, fixed?: 'fixed'][],
): Column<T>[] {
  return columns.map(([property, type, fixed]) => ({
    property,
    type,
    name: property.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`),
    ...(fixed ? { fixed: true as const } : {}),
  }));
}

const RUN_COLUMNS = columnsOf<RunRecord>([
  ['id', 'uuid', 'fixed'],
  ['organizationId', 'uuid', 'fixed'],
  ['workflowId', 'uuid', 'fixed'],
  ['workflowVersion', 'text', 'fixed'],
  ['number', 'integer', 'fixed'],
  ['status', 'text'],
  ['phase', 'text'],
  ['trigger', 'text', 'fixed'],
  ['triggerData', 'jsonb', 'fixed'],
  ['parameters', 'jsonb', 'fixed'],
  ['outputs', 'jsonb'],
  ['outcome', 'text'],
  ['error', 'text'],
  ['startedBy', 'text', 'fixed'],
  ['actsAs', 'text', 'fixed'],
  ['actingRole', 'text', 'fixed'],
  ['entityRef', 'text', 'fixed'],
  ['idempotencyKey', 'text', 'fixed'],
  ['requestHash', 'bytea', 'fixed'],
  ['depth', 'smallint', 'fixed'],
  ['resumedFrom', 'uuid', 'fixed'],
  ['parentRunId', 'uuid', 'fixed'],
  ['parentStepId', 'uuid', 'fixed'],
  ['traceparent', 'text', 'fixed'],
  ['deadlineAt', 'timestamptz', 'fixed'],
  ['waitingFor', 'text'],
  ['stepsTotal', 'integer'],
  ['stepsSucceeded', 'integer'],
  ['stepsFailed', 'integer'],
  ['stepsOpen', 'integer'],
  ['costMicros', 'bigint'],
  ['endedSteps', 'integer'],
  ['startedAt', 'timestamptz', 'fixed'],
  ['finishedAt', 'timestamptz'],
  ['version', 'integer'],
]);

const STEP_COLUMNS = columnsOf<StepRecord>([
  ['id', 'uuid', 'fixed'],
  ['organizationId', 'uuid', 'fixed'],
  ['runId', 'uuid', 'fixed'],
  ['step', 'text', 'fixed'],
  ['position', 'integer', 'fixed'],
  ['matrixIndex', 'integer'],
  ['matrixValues', 'jsonb'],
  ['status', 'text'],
  ['waitingReason', 'text'],
  ['waitingMessage', 'text'],
  ['openNeeds', 'integer'],
  ['attempt', 'integer'],
  ['dueAt', 'timestamptz'],
  ['timeoutAt', 'timestamptz'],
  ['heldBy', 'uuid'],
  ['taskId', 'uuid'],
  ['approvalId', 'uuid'],
  ['childRunId', 'uuid'],
  ['abandoned', 'boolean'],
  ['waitTopic', 'text'],
  ['compensates', 'uuid', 'fixed'],
  ['reused', 'boolean', 'fixed'],
  ['outputs', 'jsonb'],
  ['error', 'text'],
  ['costMicros', 'bigint'],
  ['startedAt', 'timestamptz'],
  ['finishedAt', 'timestamptz'],
  ['endedOrder', 'integer'],
]);

/** One row as JSON, under the names of its columns. */
function toJson<T>(row: T, columns: Column<T>[]): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const { name, type, property } of columns) {
    const value = row[property];
    if (value === undefined) {
      continue;
    }
    if (type === 'timestamptz') {
      json[name] = new Date(value as number).toISOString();
    } else if (type === 'bytea') {
      json[name] = `\\x${(value as Buffer).toString('hex')}`;
    } else {
      json[name] = value;
    }
  }
  return json;
}

function fromRow<T>(row: Record<string, unknown>, columns: Column<T>[]): T {
  const record: Record<string, unknown> = {};
  for (const { name, type, property } of columns) {
    const value = row[name];
    if (value === null || value === undefined) {
      continue;
    }
    if (type === 'timestamptz') {
      record[property] = (value as Date).getTime();
    } else {
      record[property] = type === 'bigint' ? Number(value) : value;
    }
  }
  return record as T;
}

const listOf = <T>(columns: Column<T>[]) =>
  columns.map(({ name }) => name).join(', ');
const shapeOf = <T>(columns: Column<T>[]) =>
  columns.map(({ name, type }) => `${name} ${type}`).join(', ');

const mutable = <T>(columns: Column<T>[]) =>
  columns.filter(({ fixed, property }) => !fixed || property === 'id');

/** The ids are given twice: from them alone the planner sees how few rows it is about. */
function updateOf<T>(table: string, columns: Column<T>[]): string {
  const changing = columns.filter(({ fixed }) => !fixed);
  return `update ${table} t set ${changing
    .map(({ name }) => `${name} = n.${name}`)
    .join(', ')}
    from jsonb_to_recordset(?::jsonb) as n(${shapeOf(mutable(columns))})
    where t.id = n.id and t.id = any(?::uuid[])`;
}

const INSERT_RUNS = `insert into workflow_runs (${listOf(RUN_COLUMNS)})
  select ${listOf(RUN_COLUMNS)} from jsonb_to_recordset(?::jsonb) as n(${shapeOf(RUN_COLUMNS)})`;
const INSERT_STEPS = `insert into workflow_steps (${listOf(STEP_COLUMNS)})
  select ${listOf(STEP_COLUMNS)} from jsonb_to_recordset(?::jsonb) as n(${shapeOf(STEP_COLUMNS)})`;
/** What narrows a list of runs. */
export interface RunFilter {
  workflowId?: string;
  status?: readonly string[];
  trigger?: readonly string[];
  startedBy?: string;
  entityRef?: string;
  parentRunId?: string;
  beforeId?: string;
  limit: number;
}

/** A run as lists show it, with the workflow's names. */
export interface ListedRun {
  run: RunRecord;
  workflowName: string;
  workflowTitle: string;
}

const RUN_LIST = RUN_COLUMNS.map(({ name }) => `r.${name}`).join(', ');
const STEP_LIST = STEP_COLUMNS.map(({ name }) => `s.${name}`).join(', ');

/** The SQL of runs and their steps. */
export class RunStore {
  /**
   * Has the statements of a transaction planned for keys. Each is planned once
   * for a connection, perhaps while the tables are small: a connection that
   * then chose to read all of them took 8 ms for each step of a run instead of
   * less than one, until statistics were gathered.
   */
  async planForKeys(tx: Transaction): Promise<void> {
    await tx.hotRows(`select set_config('enable_seqscan', 'off', true)`);
  }

  /**
   * Writes what changed of many runs in one statement: one round trip and one
   * parse, however many runs a transaction carries.
   */
  async write(tx: Transaction, all: readonly RunChanges[]): Promise<void> {
    const json = <T>(rows: T[], columns: Column<T>[]) =>
      JSON.stringify(rows.map(row => toJson(row, columns)));
    const runs = all.map(({ run }) => ({ ...run, version: run.version + 1 }));
    const made = runs.filter((_, index) => all[index].isNew);
    const known = runs.filter((_, index) => !all[index].isNew);
    const inserted = all.flatMap(changes => changes.inserted);
    const updated = all.flatMap(changes => changes.updated);
    const parts: string[] = [];
    const bindings: (string | string[])[] = [];
    const add = (sql: string, ...values: (string | string[])[]) => {
      parts.push(`part_${parts.length} as (${sql})`);
      bindings.push(...values);
    };
    const idsOf = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);
    if (made.length > 0) {
      add(INSERT_RUNS, json(made, RUN_COLUMNS));
    }
    if (known.length > 0) {
      add(
        updateOf('workflow_runs', RUN_COLUMNS),
        json(known, mutable(RUN_COLUMNS)),
        idsOf(known),
      );
    }
    if (inserted.length > 0) {
      add(INSERT_STEPS, json(inserted, STEP_COLUMNS));
    }
    if (updated.length > 0) {
      add(
        updateOf('workflow_steps', STEP_COLUMNS),
        json(updated, mutable(STEP_COLUMNS)),
        idsOf(updated),
      );
    }
    await tx.hotRows(`with ${parts.join(', ')} select 1`, bindings);
  }

  /** Locks runs until the transaction ends, in the order of their ids; answers their versions. */
  async lock(
    tx: Transaction,
    ids: readonly string[],
  ): Promise<Map<string, number>> {
    const rows = await tx.hotRows<{ id: string; version: number }>(
      'select id, version from workflow_runs where id = any(?::uuid[]) order by id for update',
      [ids as string[]],
    );
    return new Map(rows.map(({ id, version }) => [id, version]));
  }

  /** Runs with all of their steps. */
  async load(
    tx: Transaction,
    ids: readonly string[],
  ): Promise<(ListedRun & { rows: StepRecord[] })[]> {
    const [runs, steps] = await Promise.all([
      tx.hotRows<Record<string, unknown>>(
        `select ${RUN_LIST}, w.name as workflow_name, w.title as workflow_title
         from workflow_runs r join workflows w on w.id = r.workflow_id where r.id = any(?::uuid[])`,
        [ids],
      ),
      tx.hotRows<Record<string, unknown>>(
        `select ${STEP_LIST} from workflow_steps s where s.run_id = any(?::uuid[])
         order by s.position, s.matrix_index, s.id`,
        [ids],
      ),
    ]);
    const byRun = groupBy(
      steps.map(row => fromRow(row, STEP_COLUMNS)),
      ({ runId }) => runId,
    );
    return runs.map(row => ({
      ...toListed(row),
      rows: byRun.get(row.id as string) ?? [],
    }));
  }

  async find(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<(ListedRun & { rows: StepRecord[] }) | undefined> {
    const [found] = await this.load(tx, [id]);
    return found?.run.organizationId === organizationId ? found : undefined;
  }

  /** Runs newest first, one more than `limit`; with a condition on `r`, those that meet it. */
  async list(
    tx: Transaction,
    organizationId: string,
    filter: RunFilter,
    visible = new Conditions(),
  ): Promise<ListedRun[]> {
    const where = new Conditions()
      .add('r.organization_id = ?', organizationId)
      .narrow('r.workflow_id = ?', filter.workflowId)
      .narrow('r.status = any(?::text[])', filter.status)
      .narrow('r.trigger = any(?::text[])', filter.trigger)
      .narrow('r.started_by = ?', filter.startedBy)
      .narrow('r.entity_ref = ?', filter.entityRef)
      .narrow('r.parent_run_id = ?', filter.parentRunId)
      .narrow('r.id < ?', filter.beforeId)
      .with(visible);
    const rows = await tx.rows<Record<string, unknown>>(
      `select ${RUN_LIST}, w.name as workflow_name, w.title as workflow_title
       from workflow_runs r join workflows w on w.id = r.workflow_id
       where ${where.sql} order by r.id desc limit ?`,
      [...where.bindings, filter.limit + 1],
    );
    return rows.map(toListed);
  }

  /** The runs that were started under idempotency keys. */
  async findByKeys(
    tx: Transaction,
    keys: readonly { organizationId: string; key: string }[],
  ): Promise<
    { id: string; organizationId: string; key: string; requestHash: Buffer }[]
  > {
    return tx.rows(
      `select id, organization_id as "organizationId", idempotency_key as key, request_hash as "requestHash"
       from workflow_runs where (organization_id, idempotency_key) in
         (select * from unnest(?::uuid[], ?::text[]))`,
      [
        keys.map(({ organizationId }) => organizationId),
        keys.map(({ key }) => key),
      ],
    );
  }

  /** Which run a step belongs to. */
  async runsOfSteps(
    tx: Transaction,
    stepRunIds: readonly string[],
  ): Promise<Map<string, string>> {
    const rows = await tx.hotRows<{ id: string; run_id: string }>(
      'select id, run_id from workflow_steps where id = any(?::uuid[])',
      [stepRunIds as string[]],
    );
    return new Map(rows.map(row => [row.id, row.run_id]));
  }

  /** Open runs of which something is due, and when the next one after those will be. */
  async due(
    tx: Transaction,
    limit: number,
  ): Promise<{ ids: string[]; nextAt?: Date }> {
    const rows = await tx.rows<{ run_id: string }>(
      `(select distinct run_id from (select run_id from workflow_steps where wake_at <= now() limit ?) s)
       union
       (select id from workflow_runs where deadline_at <= now() and phase in ('forward', 'cancelling') limit ?)`,
      [limit, limit],
    );
    const [next] = await tx.rows<{ at: Date | null }>(
      `select least(
         (select min(wake_at) from workflow_steps where wake_at > now()),
         (select min(deadline_at) from workflow_runs where deadline_at > now() and phase in ('forward', 'cancelling'))) as at`,
    );
    return {
      ids: rows.map(row => row.run_id),
      nextAt: next.at ?? undefined,
    };
  }

  /** Steps in the hands of replicas that are gone. */
  async lost(
    tx: Transaction,
    limit: number,
  ): Promise<{ id: string; runId: string; heldBy: string }[]> {
    return tx.rows(
      `select s.id, s.run_id as "runId", s.held_by as "heldBy" from workflow_steps s
       where s.held_by is not null
         and not exists (select from workflow_replicas p where p.id = s.held_by and p.expires_at > now())
       limit ?`,
      [limit],
    );
  }

  /** Steps that wait for runs which have ended. */
  async endedChildren(
    tx: Transaction,
    limit: number,
  ): Promise<
    {
      id: string;
      runId: string;
      childRunId: string;
      status: RunRecord['status'];
      outputs: Record<string, unknown> | null;
      error: string | null;
    }[]
  > {
    return tx.rows(
      `select s.id, s.run_id as "runId", c.id as "childRunId", c.status, c.outputs, c.error
       from workflow_steps s join workflow_runs c on c.id = s.child_run_id
       where s.status = 'running' and s.child_run_id is not null and c.phase = 'ended' limit ?`,
      [limit],
    );
  }

  /** Steps that wait for tasks which were deleted. */
  async missingTasks(
    tx: Transaction,
    limit: number,
  ): Promise<{ id: string; runId: string; taskId: string }[]> {
    return tx.rows(
      `select s.id, s.run_id as "runId", s.task_id as "taskId" from workflow_steps s
       where s.status = 'running' and s.task_id is not null
         and not exists (select from tasks t where t.id = s.task_id) limit ?`,
      [limit],
    );
  }

  /** Steps that ended while something that they began elsewhere goes on. */
  async abandoned(
    tx: Transaction,
    limit: number,
  ): Promise<
    {
      id: string;
      runId: string;
      organizationId: string;
      taskId: string | null;
      approvalId: string | null;
      childRunId: string | null;
      error: string | null;
    }[]
  > {
    return tx.rows(
      `select id, run_id as "runId", organization_id as "organizationId", task_id as "taskId",
         approval_id as "approvalId", child_run_id as "childRunId", error
       from workflow_steps where abandoned order by id limit ?`,
      [limit],
    );
  }

  async settleAbandoned(
    tx: Transaction,
    ids: readonly string[],
  ): Promise<void> {
    await tx.run(
      'update workflow_steps set abandoned = false where id = any(?::uuid[])',
      [ids as string[]],
    );
  }

  /** Says that a replica is there until so many seconds from now. */
  async keepReplica(
    tx: Transaction,
    id: string,
    leaseSeconds: number,
  ): Promise<void> {
    await tx.run(
      `insert into workflow_replicas (id, expires_at) values (?, now() + make_interval(secs => ?::float8))
       on conflict (id) do update set expires_at = excluded.expires_at`,
      [id, leaseSeconds],
    );
    await tx.run(
      `delete from workflow_replicas p where p.expires_at < now() - interval '1 hour'
         and not exists (select from workflow_steps s where s.held_by = p.id)`,
    );
  }

  async removeReplica(tx: Transaction, id: string): Promise<void> {
    await tx.run('delete from workflow_replicas where id = ?', [id]);
  }

  /**
   * Removes runs that ended longer ago, with their steps: not those that another
   * run still may ask about, nor those with something left to call off.
   */
  async removeOlderThan(
    tx: Transaction,
    days: number,
    limit: number,
  ): Promise<number> {
    return tx.run(
      `delete from workflow_runs where id in (
         select r.id from workflow_runs r
         where r.phase = 'ended' and r.finished_at < now() - make_interval(days => ?::int)
           and not exists (select from workflow_runs p where p.id = r.parent_run_id and p.phase <> 'ended')
           and not exists (select from workflow_steps s where s.run_id = r.id and s.abandoned)
         order by r.finished_at limit ? for update of r skip locked)`,
      [days, limit],
    );
  }

  /** Median cost and duration of the steps of a workflow over its last runs. */
  async medians(
    tx: Transaction,
    workflowId: string,
    runs: number,
  ): Promise<{ step: string; seconds: number; costMicros: number }[]> {
    return tx.rows(
      `select s.step,
         percentile_cont(0.5) within group (order by extract(epoch from s.finished_at - s.started_at))::float8 as seconds,
         (percentile_disc(0.5) within group (order by c.micros))::float8 as "costMicros"
       from (select id from workflow_runs where workflow_id = ? order by id desc limit ?) r
       join workflow_steps s on s.run_id = r.id
       cross join lateral (select ${costOfTask('s.task_id')} as micros) c
       where s.status = 'succeeded' and not s.reused and s.started_at is not null
       group by s.step`,
      [workflowId, runs],
    );
  }
}

function toListed(row: Record<string, unknown>): ListedRun {
  return {
    run: fromRow(row, RUN_COLUMNS),
    workflowName: row.workflow_name as string,
    workflowTitle: row.workflow_title as string,
  };
}
