import type { JsonObject } from '@backstage/types';
import type {
  DevartClient,
  OperationInput,
  operations,
} from '@devart/plugin-devart-common';
import type { Knex } from 'knex';
import request from 'supertest';
import { eventually } from '../__testUtils__/eventually';
import { RunParty } from '../__testUtils__/RunParty';
import {
  TestControlPlane,
  type Person,
} from '../__testUtils__/TestControlPlane';

const EURO = 1_000_000;
const TEAM = 'group:default/owners';

jest.setTimeout(120_000);

type NewService = OperationInput<typeof operations.services.create>;

describe('services, budgets and the ledger', () => {
  let plane: TestControlPlane;
  let sam: DevartClient;
  let ada: DevartClient;
  let sql: Knex;
  let serial = 0;

  beforeAll(async () => {
    plane = await TestControlPlane.start({
      config: { money: { currency: 'EUR', timeZone: 'Europe/Berlin' } },
    });
    sam = plane.as('supervisor');
    ada = plane.as('admin');
    sql = plane.sql();
  });

  afterAll(async () => {
    await sql.destroy();
    await plane.stop();
  });

  const next = (what: string) => `${what}-${++serial}`;

  /** A service of 0.10 a call. */
  const service = (options: Partial<NewService> = {}) =>
    sam.services.create({
      name: next('service'),
      prices: { callMicros: EURO / 10 },
      ...options,
    });

  const use = (name: string, client: DevartClient = sam) =>
    client.tasks.dispatch({ service: name, requestId: next('use') });

  /** An agent of the team that holds a task. */
  async function agentAtWork() {
    const capability = next('cap');
    const { agent, key } = await sam.agents.register({
      name: next('agent'),
      capabilities: [capability],
      owner: 'group:default/Owners',
    });
    const client = plane.withToken(key);
    const task = await sam.tasks.create({
      title: next('Task'),
      capabilities: [capability],
      entityRef: 'component:default/shop',
    });
    const claim = async () =>
      (await client.agents.claim({ id: agent.id }))!.tasks[0];
    const { attempt } = await claim();
    return { id: agent.id, client, task, attempt, claim };
  }

  /** What every window says, and what the ledger and the reservations say of it. */
  async function windowsThatDiffer() {
    const { rows } = await sql.raw(`
      select b.id, w.spent, w.held, e.spent as entries, r.held as reservations
      from budgets b
      cross join lateral (select starts_at, max(ends_at) as ends_at, sum(spent_micros) as spent, sum(reserved_micros) as held
        from budget_windows where budget_id = b.id group by starts_at) w
      cross join lateral (select coalesce(sum(amount_micros), 0) as spent from ledger_entries
        where organization_id = b.organization_id and at >= w.starts_at and at < w.ends_at
          and devart_counts(b.scope_kind, b.scope_ref, service_id, agent_id::text, team, workflow_id::text, run_id::text)) e
      cross join lateral (select coalesce(sum(amount_micros), 0) as held from budget_reservations
        where organization_id = b.organization_id and at >= w.starts_at and at < w.ends_at and b.id = any (budget_ids)) r
      where w.spent <> e.spent or w.held <> r.held`);
    return rows;
  }

  it('charges a service by its price, once a request', async () => {
    const { id, name } = await service({
      prices: { callMicros: 5000, millionUnitsMicros: 2 * EURO, unit: 'page' },
    });
    const call = { service: name, requestId: next('pages'), quantity: 1500 };
    const first = await sam.tasks.dispatch(call);
    expect(first).toMatchObject({
      outcome: 'charged',
      chargedMicros: 8000,
      service: { id, name },
      suspended: false,
      replayed: false,
    });
    expect(await sam.tasks.dispatch(call)).toMatchObject({
      chargedMicros: 8000,
      entryId: first.entryId,
      replayed: true,
    });
    expect(await sam.services.get({ id })).toMatchObject({
      monthMicros: 8000,
      status: 'active',
    });
  });

  it('delegates to the fallback at its own price, and suspends what is used up', async () => {
    const cheap = await service({ prices: { callMicros: 20_000 } });
    const dear = await service({
      onExhausted: 'delegate',
      fallbackId: cheap.id,
      monthlyBudgetMicros: EURO / 4,
      endpoint: 'https://dear.example.com/v1',
    });
    expect(await use(dear.name)).toMatchObject({
      outcome: 'charged',
      service: { endpoint: 'https://dear.example.com/v1' },
    });
    await use(dear.name);
    expect(await use(dear.name)).toMatchObject({
      outcome: 'delegated',
      chargedMicros: 20_000,
      service: { id: cheap.id },
      delegatedFrom: [{ id: dear.id, name: dear.name }],
      suspended: true,
      message: expect.stringContaining(`call that one`),
    });
    const { items } = await sam.services.status({});
    expect(items[0]).toMatchObject({ id: dear.id, status: 'suspended' });
    expect(Date.parse(items[0].suspendedUntil!)).toBeGreaterThan(Date.now());

    // An increase that is too small does not help, one that is large enough does.
    const resumed = await sam.services.increaseBudget({
      id: dear.id,
      amountMicros: EURO,
      reason: 'Month end',
    });
    expect(resumed).toMatchObject({
      status: 'active',
      budgets: [{ limitMicros: 1.25 * EURO }],
    });
    expect(await use(dear.name)).toMatchObject({ outcome: 'charged' });
    const [budget] = resumed.budgets;
    // Whoever sends it again has seen the budget as it was before.
    await expect(
      sam.services.increaseBudget({
        id: dear.id,
        amountMicros: EURO,
        reason: 'Month end',
        ifVersion: budget.version - 1,
      }),
    ).rejects.toMatchObject({ statusCode: 409 });
    const changes = await sam.budgets.changesOf({ id: budget.id });
    expect(changes.items.map(({ change, reason }) => [change, reason])).toEqual(
      [
        ['changed', 'Month end'],
        ['created', 'with its service'],
      ],
    );
    expect(changes.items[0]).toMatchObject({
      oldLimitMicros: EURO / 4,
      newLimitMicros: 1.25 * EURO,
      changedBy: 'user:default/sam',
    });
  });

  it('keeps the service suspended while another budget of its own is used up', async () => {
    const { id, name } = await service({ monthlyBudgetMicros: EURO / 10 });
    await sam.budgets.create({
      scopeKind: 'service',
      scopeRef: id,
      period: 'day',
      limitMicros: EURO / 10,
      reason: 'Not all on one day',
    });
    await use(name);
    expect(await use(name)).toMatchObject({ outcome: 'refused' });
    const increase = (period: 'day' | 'month') =>
      sam.services.increaseBudget({
        id,
        period,
        amountMicros: EURO,
        reason: 'More',
      });
    expect((await increase('month')).status).toBe('suspended');
    expect((await increase('day')).status).toBe('active');
    await expect(
      sam.services.increaseBudget({
        id,
        period: 'week',
        amountMicros: 1,
        reason: 'More',
      }),
    ).rejects.toMatchObject({ statusCode: 409 });
  });

  it('refuses what cannot be paid and says why', async () => {
    const poor = await service({ monthlyBudgetMicros: EURO / 20 });
    expect(await use(poor.name)).toMatchObject({
      outcome: 'refused',
      reason: 'too_large',
      chargedMicros: 0,
    });
    const blocked = await service({ monthlyBudgetMicros: 0 });
    expect(await use(blocked.name)).toMatchObject({
      outcome: 'refused',
      reason: 'budget',
    });
    const free = await service({ prices: {} });
    expect(await use(free.name)).toMatchObject({
      outcome: 'refused',
      reason: 'price_unknown',
    });
    const off = await service();
    await sam.services.update({ id: off.id, isActive: false });
    expect(await use(off.name)).toMatchObject({
      outcome: 'refused',
      reason: 'inactive',
    });
    await expect(use('nowhere')).rejects.toMatchObject({ statusCode: 404 });
    await expect(
      sam.tasks.dispatch({
        service: off.name,
        requestId: 'x',
        amountMicros: -1,
      }),
    ).rejects.toMatchObject({ statusCode: 400 });
    await expect(
      sam.tasks.dispatch({
        service: off.name,
        requestId: 'x',
        amountMicros: 1.5,
      }),
    ).rejects.toMatchObject({ statusCode: 400 });
  });

  it('refuses fallbacks that lead back, or too far', async () => {
    const chain = [await service()];
    for (let i = 0; i < 5; i++) {
      chain.unshift(
        await service({ onExhausted: 'delegate', fallbackId: chain[0].id }),
      );
    }
    const refused = { statusCode: 400 };
    await expect(
      sam.services.update({ id: chain[5].id, fallbackId: chain[0].id }),
    ).rejects.toMatchObject(refused);
    await expect(
      service({ onExhausted: 'delegate', fallbackId: chain[0].id }),
    ).rejects.toMatchObject(refused);
    await expect(service({ onExhausted: 'delegate' })).rejects.toMatchObject(
      refused,
    );
    // Two who would make a circle together: one of them is told so.
    const [a, b] = [await service(), await service()];
    const both = await Promise.allSettled([
      sam.services.update({ id: a.id, fallbackId: b.id }),
      sam.services.update({ id: b.id, fallbackId: a.id }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([
      'fulfilled',
      'rejected',
    ]);
  });

  it('deletes a service that was never charged, and no other', async () => {
    const charged = await service();
    await use(charged.name);
    await expect(ada.services.delete({ id: charged.id })).rejects.toMatchObject(
      { statusCode: 409 },
    );
    const fallback = await service();
    const first = await service({ fallbackId: fallback.id });
    await expect(
      ada.services.delete({ id: fallback.id }),
    ).rejects.toMatchObject({ statusCode: 409 });
    await ada.services.delete({ id: first.id });
    await ada.services.delete({ id: fallback.id });
    await expect(sam.services.get({ id: fallback.id })).rejects.toMatchObject({
      statusCode: 404,
    });
    const [{ id }] = first.budgets;
    const { items } = await sam.budgets.changesOf({ id });
    expect(items[0]).toMatchObject({ change: 'removed' });
  });

  it('counts on every account: agent, team, service, organisation; the tightest wins', async () => {
    const { id, client, task, attempt } = await agentAtWork();
    const { name } = await service();
    const pay = () =>
      client.tasks.dispatch({
        service: name,
        requestId: next('use'),
        taskId: task.id,
        attempt,
      });
    await pay();
    const set = (
      scopeKind: 'agent' | 'team',
      scopeRef: string,
      limit: number,
    ) =>
      sam.budgets.create({
        scopeKind,
        scopeRef,
        period: 'week',
        limitMicros: limit,
        reason: 'Test',
      });
    const own = await set('agent', id, EURO);
    // What was spent before it was set counts.
    expect(own.window).toMatchObject({
      spentMicros: EURO / 10,
      level: 'ok',
    });
    const team = await set('team', 'GROUP:default/Owners', EURO / 4);
    expect(team.scopeRef).toBe(TEAM);
    expect(await pay()).toMatchObject({ remainingMicros: EURO / 20 });
    expect(await pay()).toMatchObject({
      outcome: 'refused',
      reason: 'budget',
      budgetId: team.id,
    });
    expect(
      (await client.ledger.list({})).items.map(
        ({ amountMicros }) => amountMicros,
      ),
    ).toEqual([EURO / 10, EURO / 10]);
    const { items } = await sam.ledger.list({ team: TEAM, taskId: task.id });
    expect(items[0]).toMatchObject({
      agent: { id },
      team: TEAM,
      task: { id: task.id, name: task.title },
      entityRef: 'component:default/shop',
      actor: `agent:${id}`,
    });
    expect((await sam.tasks.get({ id: task.id })).costMicros).toBe(EURO / 5);
    const listed = await sam.tasks.list({ status: ['running'], agentId: id });
    expect(listed.items[0].costMicros).toBe(EURO / 5);
    await ada.budgets.delete({ id: team.id, reason: 'Enough' });
    expect(await pay()).toMatchObject({ outcome: 'charged' });
    await expect(sam.budgets.get({ id: team.id })).rejects.toMatchObject({
      statusCode: 404,
    });
  });

  it('lets an agent pay only for a task that it holds, by quantity', async () => {
    const { client, task, attempt } = await agentAtWork();
    const { name } = await service();
    const pay = (more: object) =>
      client.tasks.dispatch({ service: name, requestId: next('use'), ...more });
    await expect(pay({})).rejects.toMatchObject({ statusCode: 400 });
    await expect(
      pay({ taskId: task.id, attempt: attempt + 1 }),
    ).rejects.toMatchObject({ statusCode: 409 });
    await expect(
      pay({ taskId: task.id, attempt, amountMicros: 0 }),
    ).rejects.toMatchObject({ statusCode: 400 });
    const other = await agentAtWork();
    await expect(
      pay({ taskId: other.task.id, attempt: 1 }),
    ).rejects.toMatchObject({ statusCode: 409 });
  });

  it('lets a task wait for budget, and go on where it was', async () => {
    const { client, task, attempt, claim, id } = await agentAtWork();
    const { name, budgets } = await service({
      onExhausted: 'ask',
      monthlyBudgetMicros: EURO / 10,
    });
    const pay = (on: number) =>
      client.tasks.dispatch({
        service: name,
        requestId: next('use'),
        taskId: task.id,
        attempt: on,
      });
    await pay(attempt);
    const paused = await pay(attempt);
    expect(paused).toMatchObject({ outcome: 'paused', reason: 'budget' });
    expect(await sam.tasks.get({ id: task.id })).toMatchObject({
      status: 'waiting',
      waitingReason: 'budget',
    });
    const approval = await sam.approvals.get({ id: paused.approvalId! });
    expect(approval).toMatchObject({
      requestedBy: `agent:${id}`,
      subject: { kind: 'task', id: task.id },
      action: {
        budgetId: budgets[0].id,
        limitMicros: EURO / 10,
        usedMicros: EURO / 10,
        neededMicros: EURO / 10,
        taskSpentMicros: EURO / 10,
      },
      edit: { increaseMicros: EURO / 10 },
    });
    const decide = (increaseMicros: number) =>
      sam.approvals.decide({
        id: approval.id,
        decision: 'approve',
        edit: { increaseMicros },
        ifVersion: approval.version,
      });
    await expect(decide(-1)).rejects.toMatchObject({ statusCode: 400 });
    await decide(EURO);
    expect(await sam.budgets.get({ id: budgets[0].id })).toMatchObject({
      limitMicros: 1.1 * EURO,
    });
    const again = await claim();
    expect(again).toMatchObject({ id: task.id, attempt: attempt + 1 });
    expect(await pay(again.attempt)).toMatchObject({ outcome: 'charged' });
    const { attempts } = await sam.tasks.history({ id: task.id });
    expect(attempts.map(({ outcome }) => outcome)).toEqual([
      'waiting',
      undefined,
    ]);
    const { rows } = await sql.raw('select failures from tasks where id = ?', [
      task.id,
    ]);
    expect(rows).toEqual([{ failures: 0 }]);
  });

  it('lets those who wait longest go on when there is room again, whoever made it', async () => {
    const { id, name, budgets } = await service({
      onExhausted: 'ask',
      monthlyBudgetMicros: EURO / 10,
    });
    await use(name);
    const waiting: { taskId: string; approvalId: string }[] = [];
    for (let count = 0; count < 3; count++) {
      const { client, task, attempt } = await agentAtWork();
      const { approvalId } = await client.tasks.dispatch({
        service: name,
        requestId: next('use'),
        taskId: task.id,
        attempt,
      });
      waiting.push({ taskId: task.id, approvalId: approvalId! });
    }
    const standing = () =>
      Promise.all(
        waiting.map(async ({ taskId, approvalId }) => [
          (await sam.tasks.get({ id: taskId })).status,
          (await sam.approvals.get({ id: approvalId })).status,
        ]),
      );
    await sam.services.increaseBudget({
      id,
      amountMicros: (2 * EURO) / 10,
      reason: 'For two of them',
    });
    await eventually(async () =>
      expect(await standing()).toEqual([
        ['queued', 'cancelled'],
        ['queued', 'cancelled'],
        ['waiting', 'pending'],
      ]),
    );
    await sam.budgets.update({
      id: budgets[0].id,
      limitMicros: null,
      reason: 'For all',
    });
    await eventually(async () =>
      expect((await standing())[2]).toEqual(['queued', 'cancelled']),
    );
  });

  it('asks nobody for budget where that would not help', async () => {
    const { client, task, attempt } = await agentAtWork();
    const { id, name } = await service({
      onExhausted: 'ask',
      monthlyBudgetMicros: EURO,
    });
    await sam.services.update({ id, isActive: false });
    expect(
      await client.tasks.dispatch({
        service: name,
        requestId: next('use'),
        taskId: task.id,
        attempt,
      }),
    ).toMatchObject({ outcome: 'refused', reason: 'inactive' });
    expect((await sam.tasks.get({ id: task.id })).status).toBe('running');
  });

  it('asks for more where its rule says so, however often the fallback is asked', async () => {
    const spare = await service({
      onExhausted: 'ask',
      monthlyBudgetMicros: EURO / 10,
    });
    const first = await service({
      onExhausted: 'delegate',
      fallbackId: spare.id,
      monthlyBudgetMicros: EURO / 10,
    });
    const one = await agentAtWork();
    const other = await agentAtWork();
    const pay = ({ client, task, attempt }: typeof one) =>
      client.tasks.dispatch({
        service: first.name,
        requestId: next('use'),
        taskId: task.id,
        attempt,
      });
    await pay(one);
    await pay(one);
    // The second one finds both suspended: neither is held against its budget again.
    for (const agent of [one, other]) {
      const { approvalId } = await pay(agent);
      expect(await sam.approvals.get({ id: approvalId! })).toMatchObject({
        action: { budgetId: spare.budgets[0].id },
      });
    }
  });

  it('rejects the task when nobody wants to pay', async () => {
    const { client, task, attempt } = await agentAtWork();
    const { name, budgets } = await service({
      onExhausted: 'ask',
      monthlyBudgetMicros: 0,
    });
    const { approvalId } = await client.tasks.dispatch({
      service: name,
      requestId: next('use'),
      taskId: task.id,
      attempt,
    });
    await sam.approvals.decide({ id: approvalId!, decision: 'reject' });
    expect((await sam.tasks.get({ id: task.id })).status).toBe('rejected');
    expect((await sam.budgets.get({ id: budgets[0].id })).limitMicros).toBe(0);
  });

  it('increases nothing for an approval that only says so', async () => {
    const { client, task, attempt } = await agentAtWork();
    const { budgets } = await service({ monthlyBudgetMicros: EURO });
    const forged = await client.approvals.request({
      title: 'Increase the budget',
      action: { operation: 'budgets.update', budgetId: budgets[0].id },
      edit: { increaseMicros: EURO },
      taskId: task.id,
      attempt,
    });
    await sam.approvals.decide({ id: forged.id, decision: 'approve' });
    expect(await sam.budgets.get({ id: budgets[0].id })).toMatchObject({
      limitMicros: EURO,
    });
  });

  it('shows delegations in the history of the task', async () => {
    const { client, task, attempt } = await agentAtWork();
    const cheap = await service({ prices: { callMicros: 1 } });
    const dear = await service({
      onExhausted: 'delegate',
      fallbackId: cheap.id,
      monthlyBudgetMicros: 0,
    });
    await client.tasks.dispatch({
      service: dear.id,
      requestId: next('use'),
      taskId: task.id,
      attempt,
    });
    const expected = [
      {
        at: expect.any(String),
        from: [{ id: dear.id, name: dear.name }],
        to: { id: cheap.id, name: cheap.name },
        amountMicros: 1,
      },
    ];
    for (const reader of [sam, client]) {
      const { delegations } = await reader.tasks.history({ id: task.id });
      expect(delegations).toEqual(expected);
    }
  });

  it('checks what a budget limits', async () => {
    const set = (scopeKind: 'team' | 'agent' | 'organization', ref?: string) =>
      sam.budgets.create({
        scopeKind,
        scopeRef: ref,
        period: 'total',
        limitMicros: null,
        reason: 'Test',
      });
    for (const [kind, ref] of [
      ['team', 'user:default/sam'],
      ['agent', 'nobody'],
      ['agent', '01890000-0000-7000-8000-000000000000'],
      ['organization', 'x'],
      ['agent', undefined],
    ] as const) {
      await expect(set(kind, ref)).rejects.toMatchObject({ statusCode: 400 });
    }
    const budget = await set('organization');
    await expect(set('organization')).rejects.toMatchObject({
      statusCode: 409,
    });
    expect(budget.limitMicros).toBeUndefined();
    const { version } = await sam.budgets.update({
      id: budget.id,
      limitMicros: 1000 * EURO,
      shards: 8,
      reason: 'Many at once',
      ifVersion: budget.version,
    });
    await expect(
      sam.budgets.update({
        id: budget.id,
        limitMicros: 0,
        reason: 'Late',
        ifVersion: version - 1,
      }),
    ).rejects.toMatchObject({ statusCode: 409 });
    await Promise.all(
      Array.from({ length: 20 }, async () =>
        use((await service({ monthlyBudgetMicros: EURO })).name),
      ),
    );
    expect(
      await sam.budgets.update({
        id: budget.id,
        limitMicros: null,
        shards: 2,
        reason: 'No more',
      }),
    ).toMatchObject({ shards: 2 });
    expect(await windowsThatDiffer()).toEqual([]);
    await ada.budgets.delete({ id: budget.id, reason: 'Test over' });
  });

  it('tells of 80 % and of the end once a window', async () => {
    const { name, title, budgets } = await service({
      title: 'Translations',
      monthlyBudgetMicros: EURO,
    });
    const alertsOf = async () => {
      const { items } = await sam.budgets.alerts({ limit: 200 });
      return items
        .filter(({ budget }) => budget?.id === budgets[0].id)
        .map(({ kind }) => kind)
        .sort();
    };
    for (let i = 0; i < 8; i++) {
      await use(name);
    }
    await eventually(async () =>
      expect(await alertsOf()).toEqual(['threshold']),
    );
    for (let i = 0; i < 4; i++) {
      await use(name);
    }
    await eventually(async () =>
      expect(await alertsOf()).toEqual(['exhausted', 'threshold']),
    );
    const told = await sam.budgets.alerts({ kind: ['exhausted'] });
    expect(told.items[0]).toMatchObject({
      message: expect.stringContaining(`Monthly budget of ${title} is used up`),
      budget: { scopeName: title },
    });
    await eventually(async () => {
      const { rows } = await sql.raw(
        'select topic from events where subject_id = ? order by topic',
        [budgets[0].id],
      );
      expect(rows.map(({ topic }: { topic: string }) => topic)).toEqual([
        'budget.changed',
        'budget.exhausted',
        'budget.threshold',
      ]);
    });
  });

  it('names what the budget of an alert is for, as budgets do', async () => {
    const agent = await plane.agent({ name: 'spender' });
    const { id: workflowId, title } = await new RunParty(plane).publish(`
      steps: [{ id: rest, wait: { for: 0s } }]
    `);
    const [{ organization_id }] = await sql('agents').where({ id: agent.id });
    const scopes = [
      ['agent', agent.id, 'spender'],
      ['workflow', workflowId, title],
    ] as const;
    for (const [scopeKind, scopeRef, scopeName] of scopes) {
      const budget = await sam.budgets.create({
        scopeKind,
        scopeRef,
        period: 'total',
        limitMicros: EURO,
        reason: 'To see its alerts',
      });
      await sql('budget_alerts').insert({
        organization_id,
        kind: 'threshold',
        subject_id: budget.id,
        occasion: new Date(),
        detail: JSON.stringify({
          scopeKind,
          scopeRef,
          period: 'total',
          limitMicros: EURO,
          spentMicros: 0.9 * EURO,
        }),
      });
      const { items } = await sam.budgets.alerts({});
      const alert = items.find(item => item.budget?.id === budget.id)!;
      expect(budget.scopeName).toBe(scopeName);
      expect(alert.budget).toMatchObject({ scopeRef, scopeName });
      expect(alert.message).toMatch(`Total budget of ${scopeName}: 80 %`);
      await ada.budgets.delete({ id: budget.id, reason: 'Test over' });
    }
  });

  it('corrects an entry once, and exports what a spreadsheet cannot run', async () => {
    const { id, name } = await service({ title: '=cmd|calc' });
    const { entryId } = await use(name);
    await expect(
      sam.ledger.correct({ id: entryId!, amountMicros: 1, reason: 'No' }),
    ).rejects.toMatchObject({ statusCode: 403 });
    const correction = {
      id: entryId!,
      amountMicros: EURO / 20,
      reason: '=HYPERLINK("http://x","y")',
    };
    const entry = await ada.ledger.correct(correction);
    expect(entry).toMatchObject({
      kind: 'correction',
      amountMicros: -EURO / 20,
      correctsId: entryId,
      // Whoever corrects, not whoever was charged.
      actor: 'user:default/ada',
    });
    expect((await ada.ledger.correct(correction)).id).toBe(entry.id);
    await expect(
      ada.ledger.correct({ ...correction, amountMicros: 2 }),
    ).rejects.toMatchObject({ statusCode: 409 });
    await expect(
      ada.ledger.correct({ ...correction, id: entry.id }),
    ).rejects.toMatchObject({ statusCode: 409 });
    expect((await sam.services.get({ id })).monthMicros).toBe(EURO / 20);

    const response = await request(plane.server)
      .get(`/api/devart/ledger/export?serviceId=${id}`)
      .set('authorization', `Bearer ${plane.tokenOf('viewer')}`)
      .expect(200)
      .expect('content-type', 'text/csv; charset=utf-8')
      .expect('content-disposition', /ledger\.csv/);
    const lines = response.text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/^0\.100000,/);
    expect(lines[2]).toMatch(/^-0\.050000,.*,-50000,EUR,/);
    expect(lines[2]).toContain(`"'=HYPERLINK(""http://x"",""y"")"`);
    let exported = '';
    for await (const part of await sam.ledger.export({ serviceId: id })) {
      exported += part;
    }
    expect(exported).toBe(response.text);
    const spend = await sam.ledger.spend({ serviceId: id, bucket: 'month' });
    expect(spend).toMatchObject({
      currency: 'EUR',
      timeZone: 'Europe/Berlin',
      totalMicros: EURO / 20,
      groups: [{ key: id, name: '=cmd|calc', totalMicros: EURO / 20 }],
    });
    await expect(
      sam.ledger.spend({ from: '2000-01-01T00:00:00Z' }),
    ).rejects.toMatchObject({ statusCode: 400 });
  });

  it('lets windows agree with the ledger after all of this', async () => {
    expect(await windowsThatDiffer()).toEqual([]);
  });

  it('forecasts from the days before', async () => {
    const { id, budgets } = await service({ monthlyBudgetMicros: 100 * EURO });
    const [{ id: organizationId }] = await sql('organizations').where({
      name: 'default',
    });
    await sql.raw(
      `insert into ledger_entries (organization_id, at, kind, amount_micros, request_id, service_id, actor)
       select ?, now() - make_interval(days => d), 'charge', 5000000 + 100000 * (d % 3), 'past ' || d, ?, 'user:default/x'
       from generate_series(1, 20) d`,
      [organizationId, id],
    );
    const forecast = await sam.budgets.forecast({ id: budgets[0].id });
    expect(forecast.days).toBeGreaterThanOrEqual(19);
    expect(forecast.dailyMicros).toBeGreaterThan(5 * EURO);
    const { lowMicros, expectedMicros, highMicros } = forecast.atEnd!;
    expect(lowMicros).toBeLessThanOrEqual(expectedMicros);
    expect(expectedMicros).toBeLessThanOrEqual(highMicros);
  });

  it('shows nothing to other organisations', async () => {
    const { id, budgets } = await service();
    const olga = plane.as('stranger');
    expect((await olga.services.list({})).items).toEqual([]);
    expect((await olga.budgets.list({})).items).toEqual([]);
    expect((await olga.ledger.list({})).items).toEqual([]);
    for (const call of [
      () => olga.services.get({ id }),
      () => olga.budgets.get({ id: budgets[0].id }),
      () => olga.services.increaseBudget({ id, amountMicros: 1, reason: 'x' }),
      () => olga.tasks.dispatch({ service: id, requestId: 'x' }),
    ]) {
      await expect(call()).rejects.toMatchObject({ statusCode: 404 });
    }
  });
});

describe('services of the configuration', () => {
  const start = (services: JsonObject[], databasePrefix?: string) =>
    TestControlPlane.start({
      databasePrefix,
      config: { money: { services } },
    });

  it('are there, are changed there, and keep their budget', async () => {
    const cheap = { name: 'cheap', prices: { callMicros: 1 } };
    const dear = {
      name: 'dear',
      prices: { callMicros: 9 },
      onExhausted: 'delegate',
      fallback: 'cheap',
      monthlyBudgetMicros: 10,
    };
    const first = await start([cheap, dear]);
    const { items } = await first.as('viewer').services.list({});
    expect(items).toMatchObject([
      { name: 'cheap', managedBy: 'config' },
      { name: 'dear', fallback: { name: 'cheap' } },
    ]);
    const [, { id, budgets }] = items;
    expect(budgets[0].limitMicros).toBe(10);
    const sam = first.as('supervisor');
    await expect(
      sam.services.update({ id, title: 'Mine' }),
    ).rejects.toMatchObject({ statusCode: 409 });
    await sam.services.update({ id, isActive: false });
    await first.stop();
    const second = await start(
      [cheap, { ...dear, title: 'Dearer', monthlyBudgetMicros: 99 }],
      first.databasePrefix,
    );
    expect(await second.as('viewer').services.get({ id })).toMatchObject({
      title: 'Dearer',
      isActive: false,
      budgets: [{ limitMicros: 10 }],
    });
    await second.stop();
  });

  it('rest once they are described no longer, with all that is theirs, until they are again', async () => {
    const kept = { name: 'kept', prices: { callMicros: 1 } };
    const gone = {
      name: 'gone',
      title: 'Gone',
      prices: { callMicros: 9 },
      monthlyBudgetMicros: 100,
    };
    const unused = { name: 'unused', title: 'Unused' };
    const upstream = {
      id: 'models',
      type: 'compatible',
      baseUrl: 'http://127.0.0.1:9/v1',
      price: 'free',
    };
    const starting = async (
      services: JsonObject[],
      upstreams: JsonObject[],
      databasePrefix?: string,
    ) => {
      const plane = await TestControlPlane.start({
        databasePrefix,
        config: { money: { services }, gateway: { upstreams } },
      });
      const { items } = await plane.as('viewer').services.list({});
      const states = items.map(({ name, status, absentSince }) =>
        [name, status, ...(absentSince ? ['absent'] : [])].join(' '),
      );
      const idOf = (name: string) =>
        items.find(item => item.name === name)?.id ?? '';
      return { plane, states, idOf };
    };
    const first = await starting([kept, gone, unused], [upstream]);
    const { databasePrefix } = first.plane;
    await first.plane
      .as('supervisor')
      .tasks.dispatch({ service: 'gone', requestId: 'before' });
    // Switched off by people: it stays so when it comes back.
    await first.plane
      .as('supervisor')
      .services.update({ id: first.idOf('unused'), isActive: false });
    await first.plane.stop();

    const second = await starting([kept], [], databasePrefix);
    expect(second.states).toEqual([
      'gone inactive absent',
      'kept active',
      'models inactive absent',
      'unused inactive absent',
    ]);
    const id = second.idOf('gone');
    const as = (person: Person) => second.plane.as(person);
    expect(await as('viewer').services.get({ id })).toMatchObject({
      isActive: false,
      monthMicros: 9,
      budgets: [{ limitMicros: 100, window: { spentMicros: 9 } }],
    });
    const { items: states } = await as('viewer').services.status({});
    expect(states.filter(({ absentSince }) => absentSince)).toHaveLength(3);
    expect(
      await as('supervisor').tasks.dispatch({
        service: 'gone',
        requestId: 'after',
      }),
    ).toMatchObject({
      outcome: 'refused',
      reason: 'inactive',
      message:
        'Gone is paid no longer: the configuration does not describe it any more',
    });
    await expect(
      as('supervisor').services.update({ id, isActive: true }),
    ).rejects.toMatchObject({
      statusCode: 409,
      body: {
        error: { message: expect.stringContaining('isActive: the config') },
      },
    });
    // What is in the ledger stays there; what is not goes by the usual rights.
    await expect(as('admin').services.delete({ id })).rejects.toMatchObject({
      statusCode: 409,
      body: {
        error: { message: expect.stringContaining('stays in the ledger') },
      },
    });
    const models = second.idOf('models');
    await expect(
      as('supervisor').services.delete({ id: models }),
    ).rejects.toMatchObject({ statusCode: 403 });
    await as('admin').services.delete({ id: models });
    await second.plane.stop();

    const third = await starting([kept, gone, unused], [], databasePrefix);
    expect(third.states).toEqual([
      'gone active',
      'kept active',
      'unused inactive',
    ]);
    expect(third.idOf('gone')).toBe(id);
    expect(
      await third.plane
        .as('supervisor')
        .tasks.dispatch({ service: 'gone', requestId: 'again' }),
    ).toMatchObject({ outcome: 'charged', chargedMicros: 9 });
    await third.plane.stop();
  });

  it('are refused with the key that is wrong', async () => {
    await expect(start([{ name: 'a', fallback: 'b' }])).rejects.toThrow(
      /services\[0\]\.fallback/,
    );
    await expect(
      start([{ name: 'a', prices: { callMicros: -1 } }]),
    ).rejects.toThrow(/services\[0\]\.prices\.callMicros/);
  });
});

describe('the currency and the time zone', () => {
  it('keeps the currency of a ledger, and moves windows to another time zone', async () => {
    const first = await TestControlPlane.start();
    const { name, budgets } = await first.as('supervisor').services.create({
      name: 'translations',
      prices: { callMicros: 1 },
      monthlyBudgetMicros: 100,
    });
    await first
      .as('supervisor')
      .tasks.dispatch({ service: name, requestId: 'x' });
    await first.stop();
    const databasePrefix = first.databasePrefix;
    await expect(
      TestControlPlane.start({
        databasePrefix,
        config: { money: { currency: 'EUR' } },
      }),
    ).rejects.toThrow(/its ledger is in USD/);
    const second = await TestControlPlane.start({
      databasePrefix,
      config: { money: { timeZone: 'Pacific/Kiritimati' } },
    });
    const { window } = await second
      .as('viewer')
      .budgets.get({ id: budgets[0].id });
    expect(window.spentMicros).toBe(1);
    expect(new Date(window.startsAt!).getUTCHours()).toBe(10);
    await second.stop();
  });
});
