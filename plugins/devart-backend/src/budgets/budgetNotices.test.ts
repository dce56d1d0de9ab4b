import { randomUUID } from 'node:crypto';
import { createServiceFactory } from '@backstage/backend-plugin-api';
import {
  notificationService,
  type NotificationSendOptions,
} from '@backstage/plugin-notifications-node';
import { NOTIFICATION_TOPICS } from '@devart/plugin-devart-common';
import type { Knex } from 'knex';
import { eventually } from '../__testUtils__/eventually';
import { TestControlPlane } from '../__testUtils__/TestControlPlane';

jest.setTimeout(120_000);

const OWNERS = 'group:default/owners';

describe('notices of money', () => {
  let plane: TestControlPlane;
  let sql: Knex;
  let organizations: Record<string, string>;
  let sent: NotificationSendOptions[];
  let isDown = false;

  beforeAll(async () => {
    sent = [];
    plane = await TestControlPlane.start({
      config: {
        money: { currency: 'EUR', perUsd: 0.9, timeZone: 'Europe/Berlin' },
        access: {
          roles: {
            admin: ['user:default/ada', 'user:default/olga'],
            supervisor: [
              'group:default/supervisors',
              'user:default/sam',
              'service:ci',
            ],
            viewer: ['user:default/vic'],
          },
        },
      },
      features: [
        createServiceFactory({
          service: notificationService,
          deps: {},
          factory: () => ({
            send: async notification => {
              if (isDown) {
                throw new Error('Nobody is there');
              }
              sent.push(notification);
            },
          }),
        }),
      ],
    });
    sql = plane.sql();
    organizations = Object.fromEntries(
      (await sql('organizations').select('id', 'name')).map(row => [
        row.name,
        row.id,
      ]),
    );
  });

  afterAll(async () => {
    await sql.destroy();
    await plane.stop();
  });

  const addService = async (service: {
    title: string;
    owner?: string;
    onExhausted?: string;
    fallbackId?: string;
    suspendedUntil?: string;
  }) => {
    const id = randomUUID();
    await sql('services').insert({
      id,
      organization_id: organizations.default,
      name: id,
      title: service.title,
      description: '',
      kind: 'api',
      owner: service.owner,
      managed_by: 'api',
      prices: '{}',
      on_exhausted: service.onExhausted ?? 'reject',
      fallback_id: service.fallbackId,
      suspended_at: service.suspendedUntil && new Date(),
      suspended_until: service.suspendedUntil,
      created_by: 'test',
    });
    return id;
  };

  /** A budget of which so much is spent in a window that is over: nobody else tells of it. */
  const addBudget = async (budget: {
    scope: [kind: string, ref: string];
    limit: number | null;
    spent: number;
    organization?: string;
  }) => {
    const id = randomUUID();
    const organization_id = organizations[budget.organization ?? 'default'];
    await sql('budgets').insert({
      id,
      organization_id,
      scope_kind: budget.scope[0],
      scope_ref: budget.scope[1],
      period: 'month',
      limit_micros: budget.limit,
      created_by: 'test',
    });
    const occasion = '2025-11-01T00:00:00+01:00';
    await sql('budget_windows').insert({
      budget_id: id,
      organization_id,
      starts_at: occasion,
      ends_at: '2025-12-01T00:00:00+01:00',
      shard: 0,
      cap_micros: budget.limit,
      spent_micros: budget.spent,
      reserved_micros: 0,
    });
    return { id, occasion, organization: budget.organization };
  };

  const alert = async (
    kind: string,
    subject: { id: string; occasion?: string; organization?: string },
    detail: object = {},
  ) => {
    await sql('budget_alerts').insert({
      organization_id: organizations[subject.organization ?? 'default'],
      kind,
      subject_id: subject.id,
      occasion: subject.occasion ?? new Date(),
      detail: JSON.stringify(detail),
    });
  };

  const toldOf = async (id: string, count = 1) =>
    eventually(async () => {
      const told = sent.filter(({ payload }) => payload.scope?.endsWith(id));
      if (told.length !== count) {
        throw new Error(
          `${told.length} notices instead of ${count}: ${JSON.stringify(told)}`,
        );
      }
      return told[0];
    });

  it('say what, how much and until when, to the owner, in topics that people choose by', async () => {
    const service = await addService({ title: 'Translations', owner: OWNERS });
    const budget = await addBudget({
      scope: ['service', service],
      limit: 5_000_000,
      spent: 4_199_999,
    });
    await alert('threshold', budget);
    expect(await toldOf(budget.id)).toEqual({
      recipients: { type: 'entity', entityRef: [OWNERS] },
      payload: {
        title: '83 % of the monthly budget of Translations are used',
        description:
          '4.199999 EUR of 5.00 EUR are used. The rest is for the time until 1 Dec 2025, 00:00 (Europe/Berlin).',
        link: '/devart/budgets',
        severity: 'normal',
        topic: 'budget-threshold',
        scope: `budget-threshold:${budget.id}`,
      },
    });

    await sql('budget_windows')
      .where({ budget_id: budget.id })
      .update({ spent_micros: 5_000_000 });
    await alert('exhausted', budget);
    await alert('forecast', budget, {
      expectedAt: '2025-11-21T12:00:00Z',
      probability: 0.92,
    });
    await toldOf(budget.id, 3);
    const payloadOf = (topic: string) =>
      sent.find(({ payload }) => payload.scope === `${topic}:${budget.id}`)
        ?.payload;
    expect(payloadOf('budget-exhausted')).toMatchObject({
      title: 'The monthly budget of Translations is used up',
      description:
        '5.00 EUR of 5.00 EUR are used. Nothing more is paid from it until 1 Dec 2025, 00:00 (Europe/Berlin), unless it is increased.',
      topic: 'budget-exhausted',
      severity: 'high',
    });
    expect(payloadOf('budget-forecast')).toMatchObject({
      title: 'The monthly budget of Translations will not last',
      description:
        '5.00 EUR of 5.00 EUR are used. As things go, the rest is used up on 21 Nov 2025, 13:00 (Europe/Berlin). The probability of that is 92 %. It is meant to last until 1 Dec 2025, 00:00 (Europe/Berlin).',
      topic: 'budget-forecast',
      severity: 'normal',
    });
  });

  it('tell of services that are suspended, and of what is paid in their place', async () => {
    const cheap = await addService({ title: 'Cheap' });
    const dear = await addService({
      title: 'Dear',
      owner: 'user:default/Bob',
      onExhausted: 'delegate',
      fallbackId: cheap,
      suspendedUntil: '2126-12-01T00:00:00+01:00',
    });
    await alert('suspended', { id: dear });
    await alert('delegated', { id: dear }, { to: cheap });
    await toldOf(dear, 2);
    const told = sent.filter(({ payload }) => payload.scope?.endsWith(dear));
    expect(told).toEqual(
      expect.arrayContaining([
        {
          recipients: { type: 'entity', entityRef: ['user:default/bob'] },
          payload: expect.objectContaining({
            title: 'Dear is suspended',
            description:
              'Its budget is used up. Until 1 Dec 2126, 00:00 (Europe/Berlin), Cheap is paid in its place. Increasing the budget ends that at once.',
            topic: 'service-suspended',
            severity: 'high',
          }),
        },
        {
          recipients: { type: 'entity', entityRef: ['user:default/bob'] },
          payload: expect.objectContaining({
            title: 'Cheap is paid in place of Dear',
            topic: 'service-delegated',
          }),
        },
      ]),
    );
  });

  it('go to teams, to owners of agents, and else to supervisors and admins of the organisation', async () => {
    const agent = await plane.agent({ name: 'reviewer' });
    await sql('agents').where({ id: agent.id }).update({ owner: OWNERS });
    const scopes: Array<[[string, string], string[], string?]> = [
      [['team', 'group:default/crew'], ['group:default/crew']],
      [['agent', agent.id], [OWNERS]],
      [
        ['organization', ''],
        ['user:default/ada', 'group:default/supervisors', 'user:default/sam'],
      ],
      [['organization', ''], ['user:default/olga'], 'other'],
    ];
    for (const [scope, to, organization] of scopes) {
      const budget = await addBudget({
        scope,
        limit: 1_000_000,
        spent: 990_000,
        organization,
      });
      await alert('exhausted', budget);
      const { recipients, payload } = await toldOf(budget.id);
      expect(recipients).toEqual({ type: 'entity', entityRef: to });
      expect(payload.description).toMatch(
        /^0\.99 EUR of 1\.00 EUR are used; more was asked for\. Nothing more /,
      );
    }
  });

  it('are tried again while notifications fail, and are told once', async () => {
    const budget = await addBudget({
      scope: ['team', 'group:default/night'],
      limit: 1_000_000,
      spent: 900_000,
    });
    isDown = true;
    await alert('threshold', budget);
    await eventually(async () => {
      const [row] = await sql('budget_alerts').where({ subject_id: budget.id });
      expect(row.tell_attempts).toBe(1);
    });
    isDown = false;
    await toldOf(budget.id);
    await eventually(async () => {
      const left = await sql('budget_alerts').where('tell_at', '<', 'infinity');
      expect(left).toEqual([]);
    });
    await toldOf(budget.id);
  });

  it('come by themselves when money is spent', async () => {
    const { id: serviceId } = await plane.as('supervisor').services.create({
      name: 'maps',
      title: 'Maps',
      kind: 'api',
      owner: OWNERS,
      prices: { callMicros: 400_000 },
      onExhausted: 'reject',
    });
    const budget = await plane.as('supervisor').budgets.create({
      scopeKind: 'service',
      scopeRef: serviceId,
      period: 'total',
      limitMicros: 1_000_000,
      reason: 'A try',
    });
    for (const requestId of ['one', 'two', 'three']) {
      await plane
        .as('supervisor')
        .tasks.dispatch({ service: 'maps', requestId, quantity: 1 })
        .catch(() => undefined);
    }
    await toldOf(budget.id, 2);
    await toldOf(serviceId, 1);
    const titles = sent
      .filter(
        ({ payload: { scope } }) =>
          scope?.endsWith(budget.id) || scope?.endsWith(serviceId),
      )
      .map(({ payload }) => payload.title);
    expect(titles.sort()).toEqual([
      '80 % of the total budget of Maps are used',
      'Maps is suspended',
      'The total budget of Maps is used up',
    ]);
  });

  it('leave out what was removed meanwhile', async () => {
    const gone = randomUUID();
    await alert('exhausted', { id: gone });
    await eventually(async () => {
      const rows = await sql('budget_alerts').where({
        subject_id: gone,
        tell_at: 'infinity',
      });
      expect(rows).toHaveLength(1);
    });
    await toldOf(gone, 0);
    expect(
      sent.every(({ payload }) =>
        NOTIFICATION_TOPICS.some(topic => topic === payload.topic),
      ),
    ).toBe(true);
  });
});
