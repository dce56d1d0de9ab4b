import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import { eventually } from '../__testUtils__/eventually';
import { TestControlPlane } from '../__testUtils__/TestControlPlane';
import { seededRandom } from './seededRandom';

jest.setTimeout(60_000);

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** A task that has ended, and what was charged for it. */
interface SeededTask {
  type: string;
  /** When it ended; it took a minute, after half a minute in the queue. */
  endedAt: Date;
  status?: 'succeeded' | 'failed' | 'dead_letter' | 'cancelled';
  costs?: readonly number[];
  model?: string;
  agentId?: string;
  title?: string;
  /** Attempts that came to nothing before the last one. */
  retries?: number;
}

describe('analytics', () => {
  let plane: TestControlPlane;
  let sql: Knex;
  let organization: string;
  let service: string;
  let agents: { id: string }[];
  const random = seededRandom('analytics');

  beforeAll(async () => {
    plane = await TestControlPlane.start({
      config: { money: { timeZone: 'Pacific/Auckland' } },
    });
    sql = plane.sql();
    [{ id: organization }] = await sql('organizations').where({
      name: 'default',
    });
    service = await addService('model');
    // Leaves the set of capabilities that seeded tasks ask for.
    await plane.as('supervisor').tasks.create({
      title: 'The first',
      capabilities: ['seeded'],
    });
    agents = [await plane.agent(), await plane.agent()];
  });

  afterAll(async () => {
    await sql.destroy();
    await plane.stop();
  });

  async function addService(name: string): Promise<string> {
    const id = uuidv7();
    await sql('services').insert({
      id,
      organization_id: organization,
      name,
      title: `Service ${name}`,
      description: '',
      kind: 'model',
      managed_by: 'api',
      prices: '{}',
      on_exhausted: 'reject',
      created_by: 'user:default/sam',
    });
    return id;
  }

  /** Ids tell the time, as those do that the control plane makes. */
  const idAt = (at: Date) =>
    uuidv7({ msecs: at.getTime(), random: randomBytesOf(random) });

  async function charge(entry: {
    at: Date;
    micros: number;
    taskId?: string;
    agentId?: string;
    team?: string;
    model?: string;
    serviceId?: string;
  }): Promise<void> {
    await sql('ledger_entries').insert({
      organization_id: organization,
      at: entry.at,
      kind: 'charge',
      amount_micros: entry.micros,
      request_id: uuidv7(),
      service_id: entry.serviceId ?? service,
      actor: 'agent:x',
      task_id: entry.taskId,
      agent_id: entry.agentId,
      team: entry.team,
      model: entry.model,
      input_tokens: 100,
      output_tokens: 10,
    });
  }

  /** Puts ended tasks into the database, as days of work would have. */
  async function seed(tasks: readonly SeededTask[]): Promise<string[]> {
    const [{ id: capabilitySetId }] = await sql('capability_sets').where({
      organization_id: organization,
    });
    const ids: string[] = [];
    for (const task of tasks) {
      const { endedAt, retries = 0 } = task;
      const minutes = (count: number) =>
        new Date(endedAt.getTime() - count * 60_000);
      const createdAt = minutes(1.5 + 2 * retries);
      const id = idAt(createdAt);
      const agentId = task.agentId ?? agents[0].id;
      const status = task.status ?? 'succeeded';
      ids.push(id);
      await sql('tasks').insert({
        id,
        organization_id: organization,
        title: task.title ?? `A ${task.type}`,
        description: '',
        type: task.type,
        status,
        priority: 2,
        capability_set_id: capabilitySetId,
        agent_id: agentId,
        attempt: retries + 1,
        failures: retries,
        max_attempts: 3,
        input: '{}',
        created_by: 'user:default/sam',
        created_at: createdAt,
        started_at: minutes(1),
        finished_at: endedAt,
      });
      for (let attempt = 1; attempt <= retries + 1; attempt++) {
        const isLast = attempt === retries + 1;
        const later = 2 * (retries + 1 - attempt);
        const outcome = status === 'dead_letter' ? 'failed' : status;
        await sql('task_attempts').insert({
          task_id: id,
          attempt,
          organization_id: organization,
          agent_id: agentId,
          agent_name: 'agent',
          session_id: uuidv7(),
          started_at: minutes(1 + later),
          finished_at: minutes(later),
          outcome: isLast ? outcome : 'failed',
          ended_as: isLast && status === 'succeeded' ? status : undefined,
        });
      }
      for (const micros of task.costs ?? []) {
        await charge({
          at: minutes(0.5),
          micros,
          taskId: id,
          agentId,
          model: task.model,
        });
      }
    }
    return ids;
  }

  /** Reads everything that came into the ledger; to look for costly tasks begins with it. */
  async function collected(): Promise<void> {
    await plane.as('supervisor').analytics.flagCostlyTasks({});
  }

  const ago = (ms: number) => new Date(Date.now() - ms);

  /** Costs around a usual one, as those of tasks of one type are. */
  const around = (usual: number) =>
    Math.round(usual * Math.exp(0.4 * (random() + random() - 1)));

  describe('costs of tasks', () => {
    const types = ['cost-a', 'cost-b', 'cost-c'];
    const from = ago(20 * DAY_MS);

    beforeAll(async () => {
      await seed(
        Array.from({ length: 45 }, (_, index) => ({
          type: types[index % 3],
          endedAt: ago((1 + (index % 15)) * DAY_MS),
          costs: [around(1000), around(2000)],
          model: index % 2 ? 'm1' : 'm2',
          agentId: agents[index % 2].id,
        })),
      );
      await collected();
    });

    async function pages(
      input: Parameters<
        ReturnType<TestControlPlane['as']>['analytics']['taskCosts']
      >[0],
    ) {
      const items = [];
      let cursor: string | undefined;
      let total;
      do {
        const page = await plane
          .as('viewer')
          .analytics.taskCosts({ ...input, cursor });
        items.push(...page.items);
        ({ nextCursor: cursor, total } = page);
      } while (cursor);
      return { items, total };
    }

    it('sum up to the ledger, however they are told apart and paged', async () => {
      const { rows } = await sql.raw(
        `select sum(e.amount_micros)::float8 as micros, count(distinct e.task_id)::int as tasks
         from ledger_entries e join tasks t on t.id = e.task_id
         where t.type = any(?) and t.created_at >= ?`,
        [types, from],
      );
      for (const groupBy of ['task', 'type', 'agent'] as const) {
        const { items, total } = await pages({
          groupBy,
          from: from.toISOString(),
          limit: 7,
        });
        expect(total).toEqual({ tasks: 45, costMicros: rows[0].micros });
        const costs = items.map(({ costMicros }) => costMicros);
        expect(costs.reduce((a, b) => a + b)).toBe(rows[0].micros);
        expect(costs).toEqual(costs.toSorted((a, b) => b - a));
        expect(new Set(items.map(({ key }) => key)).size).toBe(items.length);
      }
    });

    it('are those of the view task_cost_summary', async () => {
      const { items } = await pages({ sort: 'newest', limit: 20 });
      const { rows } = await sql.raw(
        `select task_id, type, model, agent_id, status, cost_micros::float8 as cost, calls::int, input_tokens::int as tokens
         from task_cost_summary where organization_id = ? order by task_id desc`,
        [organization],
      );
      expect(
        items.map(({ task, costMicros, calls, inputTokens }) => ({
          task_id: task!.id,
          type: task!.type,
          model: task!.model,
          agent_id: task!.agent!.id,
          status: task!.status,
          cost: costMicros,
          calls,
          tokens: inputTokens,
        })),
      ).toEqual(rows);
    });

    it('are narrowed by every filter', async () => {
      const filter = {
        type: 'cost-a',
        model: 'm1',
        agentId: agents[1].id,
        status: ['succeeded' as const],
      };
      const { items, total } = await pages(filter);
      expect(items).toHaveLength(7);
      expect(total!.tasks).toBe(7);
      for (const { task } of items) {
        expect(task).toMatchObject({ type: 'cost-a', model: 'm1' });
      }
      expect((await pages({ ...filter, type: 'unknown' })).items).toEqual([]);
    });

    it('follow corrections, and stay when the task is deleted', async () => {
      const sam = plane.as('supervisor');
      const [id] = await seed([
        { type: 'cost-gone', endedAt: ago(HOUR_MS), costs: [5000] },
      ]);
      const [entry] = await sql('ledger_entries').where({ task_id: id });
      await sql.raw('select correct_entry(?, ?, 2000)', [
        organization,
        entry.id,
      ]);
      await collected();
      const find = async () => {
        const { items } = await pages({ type: 'cost-gone' });
        return items[0];
      };
      expect(await find()).toMatchObject({ costMicros: 2000, calls: 1 });

      await sam.tasks.delete({ id });
      await charge({ at: new Date(), micros: 500, taskId: id });
      await collected();
      const gone = await find();
      expect(gone).toMatchObject({ key: id, name: id, costMicros: 2500 });
      expect(gone.task!.title).toBeUndefined();
    });

    it('of a task that runs grow, and how it ends becomes known', async () => {
      const sam = plane.as('supervisor');
      const capability = `c-${uuidv7()}`;
      const { id, client } = await plane.agent({ capabilities: [capability] });
      const task = await sam.tasks.create({
        title: 'Runs',
        type: 'cost-live',
        capabilities: [capability],
      });
      await client.agents.claim({ id });
      await charge({ at: new Date(), micros: 70, taskId: task.id });
      // By itself, soon.
      const shown = (expected: Record<string, unknown>) =>
        eventually(async () => {
          const { items } = await pages({ type: 'cost-live' });
          expect(items).toMatchObject([{ costMicros: 70, task: expected }]);
        });
      await shown({ id: task.id, status: 'running' });
      await client.tasks.complete({ id: task.id, attempt: 1, output: {} });
      await shown({ status: 'succeeded', agent: { id } });
    });

    it('refuse what makes no sense, naming the field', async () => {
      const { analytics } = plane.as('viewer');
      for (const [input, field] of [
        [{ groupBy: 'type', sort: 'newest' }, 'sort'],
        [{ cursor: 'nonsense' }, 'cursor'],
        [{ from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, 'from'],
        [{ from: '1990-01-01T00:00:00Z' }, 'from'],
      ] as const) {
        await expect(analytics.taskCosts(input)).rejects.toMatchObject({
          statusCode: 400,
          body: { error: { message: expect.stringContaining(field) } },
        });
      }
      await expect(
        analytics.serviceUsage({
          from: '2020-01-01T00:00:00Z',
          to: '2024-01-01T00:00:00Z',
        }),
      ).rejects.toMatchObject({ statusCode: 400 });
    });
  });

  describe('costly tasks', () => {
    it('are flagged among enough others of their type, and no other is', async () => {
      const sam = plane.as('supervisor');
      const ordinary = (type: string, count: number): SeededTask[] =>
        Array.from({ length: count }, (_, index) => ({
          type,
          endedAt: ago((index + 2) * HOUR_MS),
          costs: [index % 2 ? 990 : 1010],
        }));
      const [costly] = await seed([
        { type: 'flag-a', endedAt: ago(HOUR_MS), costs: [9000] },
        ...ordinary('flag-a', 19),
        // One too few to say anything.
        { type: 'flag-b', endedAt: ago(HOUR_MS), costs: [9000] },
        ...ordinary('flag-b', 18),
        // Cancelled tasks are no measure, and cheap ones no problem.
        {
          type: 'flag-c',
          endedAt: ago(HOUR_MS),
          costs: [9000],
          status: 'cancelled',
        },
        { type: 'flag-c', endedAt: ago(HOUR_MS), costs: [1] },
        ...ordinary('flag-c', 20),
      ]);
      const found = await sam.analytics.flagCostlyTasks({});
      const of = (type: string) => found.types.find(row => row.type === type);
      expect(of('flag-a')).toMatchObject({ samples: 20, flagged: 1 });
      expect(of('flag-b')).toMatchObject({ samples: 19, flagged: 0 });
      expect(of('flag-b')!.thresholdMicros).toBeUndefined();
      expect(of('flag-c')).toMatchObject({ samples: 21, flagged: 0 });

      const { items } = await sam.analytics.flags({ type: 'flag-a' });
      expect(items).toEqual([
        expect.objectContaining({
          taskId: costly,
          costMicros: 9000,
          medianMicros: 1010,
          // Nearly all cost the same: the deviation is a tenth.
          thresholdMicros: Math.ceil(1010 * 1.1 ** 2),
          samples: 20,
          status: 'open',
        }),
      ]);
    });

    it('are reviewed, and keep their review when they are looked for again', async () => {
      const sam = plane.as('supervisor');
      const [{ taskId }] = (await sam.analytics.flags({ type: 'flag-a' }))
        .items;
      const { open } = await sam.analytics.flags({});
      const reviewed = await sam.analytics.reviewFlag({
        taskId,
        status: 'justified',
        comment: 'A large repository',
      });
      expect(reviewed).toMatchObject({
        status: 'justified',
        reviewedBy: 'user:default/sam',
        comment: 'A large repository',
      });
      expect((await sam.analytics.flagCostlyTasks({})).flagged).toBe(0);
      const after = await sam.analytics.flags({ status: ['justified'] });
      expect(after.open).toBe(open - 1);
      expect(after.items.map(item => item.taskId)).toEqual([taskId]);
      await expect(
        sam.analytics.reviewFlag({ taskId: uuidv7(), status: 'confirmed' }),
      ).rejects.toMatchObject({ statusCode: 404 });
    });

    it('are those beyond as many deviations as the organisation says', async () => {
      const sam = plane.as('supervisor');
      expect(await sam.analytics.settings({})).toEqual({
        outlierDetectionStddev: 2,
      });
      const slightly = (type: string): SeededTask[] =>
        Array.from({ length: 25 }, (_, index) => ({
          type,
          endedAt: ago((index + 1) * HOUR_MS),
          // 30 % above the others: between two deviations of a tenth and four.
          costs: [index === 0 ? 1300 : 1000],
        }));
      await sam.analytics.updateSettings({ outlierDetectionStddev: 4 });
      await seed(slightly('flag-k'));
      await sam.analytics.flagCostlyTasks({});
      const flagged = async () =>
        (await sam.analytics.flags({ type: 'flag-k' })).items.length;
      expect(await flagged()).toBe(0);
      expect(
        await sam.analytics.updateSettings({ outlierDetectionStddev: 2 }),
      ).toMatchObject({
        outlierDetectionStddev: 2,
        updatedBy: 'user:default/sam',
      });
      await sam.analytics.flagCostlyTasks({});
      expect(await flagged()).toBe(1);
      await expect(
        sam.analytics.updateSettings({ outlierDetectionStddev: 0 }),
      ).rejects.toMatchObject({ statusCode: 400 });
    });
  });

  describe('use of services', () => {
    it('sums up to the ledger, in days of the organisation', async () => {
      const vic = plane.as('viewer');
      const dear = await addService('dear');
      // Half an hour before and after midnight there, in another day and month of theirs and ours.
      const midnight = Date.parse('2020-03-31T11:00:00Z');
      const team = 'group:default/builders';
      for (const [hours, micros, serviceId] of [
        [-0.5, 10, service],
        [0.5, 20, service],
        [25, 700, dear],
      ] as const) {
        await charge({
          at: new Date(midnight + hours * HOUR_MS),
          micros,
          serviceId,
          team: hours > 0 ? team : undefined,
        });
      }
      const period = {
        from: '2020-03-30T11:00:00Z',
        to: '2020-04-02T11:00:00Z',
      };
      const usage = await vic.analytics.serviceUsage(period);
      expect(usage.timeZone).toBe('Pacific/Auckland');
      expect(usage.buckets).toEqual([
        '2020-03-30T11:00:00.000Z',
        '2020-03-31T11:00:00.000Z',
        '2020-04-01T11:00:00.000Z',
      ]);
      expect(usage.groups).toMatchObject([
        {
          key: dear,
          name: 'Service dear',
          costMicros: 700,
          calls: 1,
          points: [{ calls: 0 }, { calls: 0 }, { costMicros: 700 }],
        },
        {
          key: service,
          costMicros: 30,
          calls: 2,
          inputTokens: 200,
          points: [{ costMicros: 10 }, { costMicros: 20 }, { calls: 0 }],
        },
      ]);
      expect(usage.total).toMatchObject({ costMicros: 730, calls: 3 });

      const byTeam = await vic.analytics.serviceUsage({
        ...period,
        groupBy: 'team',
        groups: 1,
      });
      expect(byTeam.groups).toMatchObject([
        { key: team, name: team, costMicros: 720 },
      ]);
      expect(byTeam.rest).toMatchObject({ groups: 1, costMicros: 10 });
      const months = await vic.analytics.serviceUsage({
        ...period,
        bucket: 'month',
        serviceId: service,
      });
      expect(months.total.points.map(({ costMicros }) => costMicros)).toEqual([
        10, 20,
      ]);
    });
  });

  describe('performance', () => {
    // Long ago, where nothing else of these tests is.
    const base = Date.now() - 200 * DAY_MS;
    const at = (hours: number) => new Date(base + hours * HOUR_MS);
    const period = {
      from: at(0).toISOString(),
      to: at(10 * 24).toISOString(),
    };

    beforeAll(async () => {
      await seed([
        ...Array.from({ length: 24 }, (_, index) => ({
          type: index % 3 ? 'perf-a' : 'perf-b',
          endedAt: at(4 + index * 9),
          status: (
            ['succeeded', 'succeeded', 'succeeded', 'dead_letter'] as const
          )[index % 4],
          retries: index % 5 === 0 ? 1 : 0,
          costs: [around(1000)],
          agentId: agents[index % 2].id,
        })),
        { type: 'perf-a', endedAt: at(30), status: 'cancelled' },
        // In the period before.
        { type: 'perf-a', endedAt: at(-30), costs: [4000] },
      ]);
      await collected();
    });

    it('is what a query by hand says', async () => {
      const answer = await plane.as('viewer').analytics.performance(period);
      const bindings = {
        organization,
        from: period.from,
        to: period.to,
      };
      // The statements of docs/analytics.md.
      const { rows: ended } = await sql.raw(
        `select count(*) filter (where status = 'succeeded')::int as succeeded,
           count(*) filter (where status in ('failed', 'dead_letter'))::int as failed,
           count(*) filter (where status = 'cancelled')::int as cancelled,
           count(*) filter (where status = 'rejected')::int as rejected
         from tasks where organization_id = :organization and finished_at >= :from and finished_at < :to`,
        bindings,
      );
      const { rows: attempts } = await sql.raw(
        `select count(*)::int as attempts,
           percentile_cont(0.5) within group (order by extract(epoch from a.started_at - t.created_at))
             filter (where a.attempt = 1) as waiting,
           percentile_cont(0.95) within group (order by extract(epoch from a.finished_at - a.started_at))
             filter (where a.outcome = 'succeeded') as running,
           count(*) filter (where a.outcome in ('failed', 'lost')
             and not (t.attempt = a.attempt and t.finished_at is not null))::int as retries
         from task_attempts a join tasks t on t.id = a.task_id
         where a.organization_id = :organization and a.finished_at >= :from and a.finished_at < :to`,
        bindings,
      );
      const { rows: money } = await sql.raw(
        `select (select sum(amount_micros) from ledger_entries where organization_id = :organization
             and at >= :from and at < :to and task_id is not null)::float8 as cost,
           (select round(sum(e.amount_micros) / count(distinct t.id)) from tasks t
             left join ledger_entries e on e.task_id = t.id
             where t.organization_id = :organization and t.status = 'succeeded'
               and t.finished_at >= :from and t.finished_at < :to)::float8 as per_completed`,
        bindings,
      );
      expect(answer.current).toEqual({
        created: 25,
        ...ended[0],
        completionRate:
          ended[0].succeeded / (ended[0].succeeded + ended[0].failed),
        waiting: { p50: attempts[0].waiting, p95: 30 },
        running: { p50: 60, p95: attempts[0].running },
        attempts: attempts[0].attempts,
        retries: attempts[0].retries,
        costMicros: money[0].cost,
        costPerCompletedMicros: money[0].per_completed,
      });
      expect(answer.current).toMatchObject({ succeeded: 18, failed: 6 });
      expect(answer.current.retries).toBe(5);
      expect(answer.previous).toMatchObject({
        succeeded: 1,
        completionRate: 1,
        costMicros: 4000,
        costPerCompletedMicros: 4000,
        period: { to: period.from },
      });
    });

    it('is the same in parts as in whole', async () => {
      const { analytics } = plane.as('viewer');
      const {
        current,
        days,
        types,
        agents: efficiency,
      } = await analytics.performance(period);
      const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
      for (const parts of [days, types]) {
        expect(sum(parts.map(part => part.succeeded))).toBe(current.succeeded);
        expect(sum(parts.map(part => part.failed))).toBe(current.failed);
        expect(sum(parts.map(part => part.costMicros))).toBe(
          current.costMicros,
        );
      }
      expect(sum(efficiency.map(agent => agent.attempts))).toBe(
        current.attempts,
      );
      expect(sum(efficiency.map(agent => agent.costMicros))).toBe(
        current.costMicros,
      );
      for (const agent of efficiency) {
        expect(agent.successRate).toBe(
          agent.succeeded / (agent.succeeded + agent.failed + agent.lost),
        );
        expect(agent.busySeconds).toBe(60 * agent.attempts);
      }
      const one = await analytics.performance({ ...period, type: 'perf-b' });
      const { type, ...figures } = types.find(row => row.type === 'perf-b')!;
      expect(one.current).toMatchObject(figures);
      expect(one.types.map(row => row.type)).toEqual([type]);
    });
  });

  describe('estimates', () => {
    it('are kept with new tasks, and compared with what those cost', async () => {
      const sam = plane.as('supervisor');
      await seed([
        ...Array.from({ length: 120 }, (_, index) => ({
          type: 'est',
          endedAt: ago((index + 1) * HOUR_MS),
          costs: [around(index % 2 ? 4000 : 1000)],
          model: index % 2 ? 'large' : 'small',
        })),
      ]);
      await collected();
      const { estimate, advice } = await sam.analytics.estimate({
        type: 'est',
        model: 'large',
      });
      expect(estimate).toMatchObject({
        group: 'type-model',
        samples: 60,
        method: 'log-normal',
      });
      expect(estimate!.medianMicros).toBeGreaterThan(3500);
      expect(estimate!.medianMicros).toBeLessThan(4500);
      expect(advice).toMatchObject({
        model: 'small',
        comparedWith: { model: 'large', samples: 60 },
      });
      const ofType = await sam.analytics.estimate({ type: 'est' });
      expect(ofType.estimate).toMatchObject({
        group: 'type',
        samples: 120,
        method: 'empirical',
      });
      const unknown = await sam.analytics.estimate({ type: 'never-seen' });
      expect(unknown.estimate!.group).toBe('all');

      const task = await sam.tasks.create({ title: 'New', type: 'est' });
      const [kept] = await sql('cost_estimates').where({ task_id: task.id });
      expect(kept).toMatchObject({ type: 'est', rests_on: 'type' });
      expect(await sam.tasks.get({ id: task.id })).toMatchObject({
        expectedCostMicros: Number(kept.expected_micros),
      });
      const { id, client } = await plane.agent({ capabilities: ['general'] });
      await eventually(async () => {
        const claimed = await client.agents.claim({ id, max: 10 });
        expect(claimed?.tasks.map(claim => claim.id)).toContain(task.id);
      });
      await charge({ at: new Date(), micros: 1000, taskId: task.id });
      await client.tasks.complete({ id: task.id, attempt: 1, output: {} });
      await collected();

      const calibration = await sam.analytics.calibration({ type: 'est' });
      const expected = Number(kept.expected_micros);
      expect(calibration).toMatchObject({
        samples: 1,
        costRatio: 1000 / expected,
        buckets: [{ samples: 1, expectedMicros: expected, actualMicros: 1000 }],
      });
      expect(calibration.levels.map(({ level }) => level)).toEqual([
        0.5, 0.8, 0.95,
      ]);
      for (const { observed, low, high } of calibration.levels) {
        expect(low).toBeLessThanOrEqual(observed!);
        expect(high).toBeGreaterThanOrEqual(observed!);
      }
      const { items } = await sam.analytics.taskCosts({
        type: 'est',
        sort: 'newest',
        limit: 1,
      });
      expect(items[0].task).toMatchObject({
        id: task.id,
        expectedMicros: expected,
      });
    });

    it('say why there is none', async () => {
      expect(
        await plane.as('stranger').analytics.estimate({ type: 'est' }),
      ).toEqual({
        currency: 'USD',
        reason: '0 finished tasks have cost something; 10 are needed',
      });
    });
  });

  describe('forecasts of budgets', () => {
    const team = 'group:default/spenders';

    it('say when a budget will run out', async () => {
      for (let day = 1; day <= 20; day++) {
        await charge({
          at: ago(day * DAY_MS),
          micros: 1000 + (day % 3) * 10,
          team,
        });
      }
      const { budgets } = plane.as('supervisor');
      const { id } = await budgets.create({
        scopeKind: 'team',
        scopeRef: team,
        period: 'total',
        limitMicros: 30_000,
        reason: 'A test',
      });
      const { runsOut, ...forecast } = await budgets.forecast({ id });
      // Of the twenty, today may be one, which is not over.
      expect(forecast.days).toBeGreaterThanOrEqual(19);
      expect(forecast.dailyMicros).toBeGreaterThan(990);
      expect(forecast.dailyMicros).toBeLessThan(1030);
      expect(runsOut!.probability).toBe(1);
      const daysAhead =
        (Date.parse(runsOut!.expectedAt!) - Date.now()) / DAY_MS;
      expect(daysAhead).toBeGreaterThan(8);
      expect(daysAhead).toBeLessThan(11);
      const { earliestAt, expectedAt, latestAt, wide } = runsOut!;
      const instants = [
        wide.earliestAt,
        earliestAt,
        expectedAt,
        latestAt,
        wide.latestAt,
      ];
      expect(instants).toEqual(instants.toSorted());

      const unused = await budgets.create({
        scopeKind: 'team',
        scopeRef: 'group:default/idle',
        period: 'month',
        limitMicros: 1000,
        reason: 'A test',
      });
      const unknown = await budgets.forecast({ id: unused.id });
      expect(unknown).toMatchObject({
        days: 0,
        reason: expect.stringContaining('not enough data'),
      });
      expect(unknown.atEnd).toBeUndefined();
      await expect(budgets.forecast({ id: uuidv7() })).rejects.toMatchObject({
        statusCode: 404,
      });
    });

    it('become an alert, once a window', async () => {
      const { budgets } = plane.as('viewer');
      const alerts = async () =>
        (await budgets.alerts({ kind: ['forecast'] })).items;
      expect(await alerts()).toEqual([]);
      for (let times = 0; times < 2; times++) {
        // Looking is the first that a replica does.
        const replica = await TestControlPlane.start({
          databasePrefix: plane.databasePrefix,
          config: { money: { timeZone: 'Pacific/Auckland' } },
        });
        try {
          await eventually(async () => {
            expect(await alerts()).toEqual([
              expect.objectContaining({
                kind: 'forecast',
                message: expect.stringContaining('expected to be used up'),
                budget: expect.objectContaining({ scopeRef: team }),
              }),
            ]);
          });
        } finally {
          await replica.stop();
        }
      }
    });
  });

  it('is closed to other organisations', async () => {
    const { analytics } = plane.as('stranger');
    expect((await analytics.taskCosts({})).total.tasks).toBe(0);
    expect((await analytics.flags({})).items).toEqual([]);
    expect((await analytics.serviceUsage({})).total.calls).toBe(0);
    expect((await analytics.performance({})).current.attempts).toBe(0);
    expect((await analytics.calibration({})).samples).toBe(0);
    const [{ task_id: taskId }] = await sql('task_cost_flags').limit(1);
    await expect(
      analytics.reviewFlag({ taskId, status: 'confirmed' }),
    ).rejects.toMatchObject({ statusCode: 404 });
  });
});

function randomBytesOf(random: () => number): Uint8Array {
  return Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256));
}
