import type {
  CostFlagStatus,
  TaskCostGroup,
  TaskStatus,
} from '@devart/plugin-devart-common';
import { Conditions } from '../database/Conditions';
import type { Transaction } from '../database/Transaction';
import type { Period } from './periodOf';

/** What narrows the tasks whose cost is asked for. */
export interface TaskCostFilter extends Period {
  type?: string;
  agentId?: string;
  model?: string;
  entityRef?: string;
  status?: readonly TaskStatus[];
}

/** Where the page before ended. */
export interface TaskCostPlace {
  costMicros: number;
  key: string;
}

/** What a group of tasks has cost; the key is empty for tasks that have none. */
export interface TaskCostRow {
  key: string;
  name: string | null;
  tasks: number;
  cost: number;
  mean: number;
  median: number;
  p95: number;
  calls: number;
  input_tokens: number;
  output_tokens: number;
}

/** What a task has cost, with what is known of it. */
export interface OneTaskCostRow extends Omit<
  TaskCostRow,
  'name' | 'tasks' | 'mean' | 'median' | 'p95'
> {
  title: string | null;
  status: TaskStatus | null;
  type: string | null;
  entity_ref: string | null;
  agent_id: string | null;
  agent_name: string | null;
  model: string | null;
  created_at: Date;
  finished_at: Date | null;
  expected: number | null;
  flag: CostFlagStatus | null;
}

const KEYS: Record<Exclude<TaskCostGroup, 'task'>, string> = {
  type: `coalesce(c.type, '')`,
  agent: `coalesce(c.agent_id::text, '')`,
};

function conditionsOf(
  organizationId: string,
  filter: TaskCostFilter,
): Conditions {
  return new Conditions()
    .add('c.organization_id = ?', organizationId)
    .add('c.created_at >= ?', filter.from)
    .add('c.created_at < ?', filter.to)
    .narrow('c.type = ?', filter.type)
    .narrow('c.agent_id = ?', filter.agentId)
    .narrow('c.model = ?', filter.model)
    .narrow('c.entity_ref = ?', filter.entityRef)
    .narrow('c.status = any(?::text[])', filter.status);
}

/** The SQL of what tasks cost. */
export class TaskCostStore {
  /**
   * Reads what came into the ledger of an organisation since the last time.
   *
   * @param openSeconds - how long ago the oldest transaction began that may
   * still write into the ledger
   */
  async collect(
    tx: Transaction,
    organizationId: string,
    openSeconds: number,
  ): Promise<void> {
    await tx.rows(
      'select collect_task_costs(?, clock_timestamp() - make_interval(secs => ?::double precision))',
      [organizationId, openSeconds],
    );
  }

  /** Up to when the ledger was read; undefined when it never was. */
  async readTo(
    tx: Transaction,
    organizationId: string,
  ): Promise<Date | undefined> {
    const [row] = await tx.rows<{ read_to: Date }>(
      'select read_to from task_cost_progress where organization_id = ?',
      [organizationId],
    );
    return row?.read_to;
  }

  async total(
    tx: Transaction,
    organizationId: string,
    filter: TaskCostFilter,
  ): Promise<{ tasks: number; cost: number }> {
    const where = conditionsOf(organizationId, filter);
    const [row] = await tx.rows<{ tasks: number; cost: number }>(
      `select count(*)::int as tasks, coalesce(sum(c.cost_micros), 0)::double precision as cost
       from task_costs c where ${where.sql}`,
      where.bindings,
    );
    return row;
  }

  /** Tasks one by one, one more than `limit`. */
  async listTasks(
    tx: Transaction,
    organizationId: string,
    filter: TaskCostFilter,
    page: { sort: 'cost' | 'newest'; after?: TaskCostPlace; limit: number },
  ): Promise<OneTaskCostRow[]> {
    const where = conditionsOf(organizationId, filter);
    const order =
      page.sort === 'cost'
        ? 'c.cost_micros desc, c.task_id desc'
        : 'c.task_id desc';
    if (page.after && page.sort === 'cost') {
      where.add(
        '(c.cost_micros, c.task_id) < (?::bigint, ?::uuid)',
        page.after.costMicros,
        page.after.key,
      );
    } else if (page.after) {
      where.add('c.task_id < ?::uuid', page.after.key);
    }
    return tx.rows<OneTaskCostRow>(
      `select c.task_id as key, t.title, coalesce(c.status, t.status) as status, c.type, c.entity_ref,
         coalesce(c.agent_id, t.agent_id) as agent_id, g.name as agent_name, c.model, c.created_at, c.finished_at,
         c.cost_micros::double precision as cost, c.calls::double precision as calls,
         c.input_tokens::double precision as input_tokens, c.output_tokens::double precision as output_tokens,
         e.expected_micros::double precision as expected, f.status as flag
       from (select * from task_costs c where ${where.sql} order by ${order} limit ?) c
       left join task_live t on t.id = c.task_id
       left join agents g on g.id = coalesce(c.agent_id, t.agent_id)
       left join cost_estimates e on e.organization_id = c.organization_id and e.task_id = c.task_id
       left join task_cost_flags f on f.organization_id = c.organization_id and f.task_id = c.task_id
       order by ${order}`,
      [...where.bindings, page.limit + 1],
    );
  }

  /** Tasks by type or agent, the costliest first, one more than `limit`. */
  async listGroups(
    tx: Transaction,
    organizationId: string,
    filter: TaskCostFilter,
    page: {
      groupBy: Exclude<TaskCostGroup, 'task'>;
      after?: TaskCostPlace;
      limit: number;
    },
  ): Promise<TaskCostRow[]> {
    const where = conditionsOf(organizationId, filter);
    const after = new Conditions();
    if (page.after) {
      after.add(
        '(s.cost, s.key) < (?::double precision, ?)',
        page.after.costMicros,
        page.after.key,
      );
    }
    return tx.rows<TaskCostRow>(
      `select s.*, ${page.groupBy === 'agent' ? 'g.name' : `nullif(s.key, '')`} as name
       from (
         select ${KEYS[page.groupBy]} as key, count(*)::int as tasks,
           sum(c.cost_micros)::double precision as cost, round(avg(c.cost_micros))::double precision as mean,
           round(percentile_cont(0.5) within group (order by c.cost_micros)) as median,
           round(percentile_cont(0.95) within group (order by c.cost_micros)) as p95,
           sum(c.calls)::double precision as calls, sum(c.input_tokens)::double precision as input_tokens,
           sum(c.output_tokens)::double precision as output_tokens
         from task_costs c where ${where.sql} group by 1
       ) s
       ${page.groupBy === 'agent' ? `left join agents g on g.id = nullif(s.key, '')::uuid` : ''}
       where ${after.sql} order by s.cost desc, s.key desc limit ?`,
      [...where.bindings, ...after.bindings, page.limit + 1],
    );
  }
}
