import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { MoneyParty } from '../__testUtils__/MoneyParty';

jest.setTimeout(120_000);

const SERVICES = 4;
const AGENTS = [randomUUID(), randomUUID()];
const TEAMS = ['group:default/a', 'group:default/b'];

const amount = fc.integer({ min: 0, max: 40 });
const which = fc.nat({ max: SERVICES - 1 });
const request = fc.nat({ max: 24 });
const scope = fc.oneof(
  fc.constant({ kind: 'organization', of: 0 }),
  fc.record({ kind: fc.constant('service'), of: which }),
  fc.record({ kind: fc.constant('agent'), of: fc.nat({ max: 1 }) }),
  fc.record({ kind: fc.constant('team'), of: fc.nat({ max: 1 }) }),
);
const budget = fc.record({
  scope,
  period: fc.constantFrom('day', 'week', 'month', 'total'),
  limit: fc.option(fc.integer({ min: 0, max: 300 }), { nil: null }),
  shards: fc.constantFrom(1, 1, 1, 3),
});
const payer = fc.record({
  agent: fc.nat({ max: 1 }),
  team: fc.nat({ max: 1 }),
});
/** How much of something, from nothing to all of it. */
const share = fc.double({ min: 0, max: 1, noNaN: true });
/** Over at once, so that the sweeper finds it, or not in this test. */
const seconds = fc.constantFrom(0, 3600);

/** One thing that somebody does. Those of a round happen at the same moment. */
const act = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('charge' as const),
      service: which,
      request,
      payer,
      amount: fc.option(amount, { nil: null }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('reserve' as const),
      service: which,
      request,
      payer,
      amount,
      share,
      seconds,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('charge_group' as const),
      service: which,
      payer,
      calls: fc.array(fc.record({ request, amount }), {
        minLength: 1,
        maxLength: 4,
      }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('reserve_group' as const),
      service: which,
      payer,
      calls: fc.array(fc.record({ request, amount, seconds }), {
        minLength: 1,
        maxLength: 4,
      }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('settle_group' as const),
      // Of what is held back; now and then something else.
      shares: fc.array(fc.option(share, { nil: null }), {
        minLength: 1,
        maxLength: 4,
      }),
      request: fc.option(request, { freq: 8, nil: undefined }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      request,
      share: fc.option(share, { nil: null }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('release' as const), request }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'expire' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('correct' as const),
      request,
      share,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('open' as const), budget }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('limit' as const),
      more: fc.integer({ min: 0, max: 200 }),
      which: fc.nat({ max: 20 }),
      shards: fc.constantFrom(1, 2, 5),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('zone' as const),
      zone: fc.constantFrom('UTC', 'Pacific/Kiritimati', 'America/St_Johns'),
    }),
  },
);

const story = fc.record({
  prices: fc.array(fc.integer({ min: 1, max: 30 }), {
    minLength: SERVICES,
    maxLength: SERVICES,
  }),
  rules: fc.array(fc.constantFrom('delegate', 'delegate', 'ask', 'reject'), {
    minLength: SERVICES,
    maxLength: SERVICES,
  }),
  // Backwards only, as the control plane allows no circle.
  fallbacks: fc.array(fc.option(fc.nat({ max: SERVICES }), { nil: null }), {
    minLength: SERVICES,
    maxLength: SERVICES,
  }),
  budgets: fc.array(budget, { maxLength: 6 }),
  rounds: fc.array(fc.array(act, { minLength: 1, maxLength: 14 }), {
    minLength: 1,
    maxLength: 5,
  }),
});

type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;
type Budget = typeof budget extends fc.Arbitrary<infer T> ? T : never;
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

/** The money of one organisation, as a story has it. */
class Teller {
  readonly #party: MoneyParty;
  readonly #organization: string;
  readonly #services: string[];
  readonly #prefix = randomUUID();

  static async create(
    party: MoneyParty,
    { prices, rules, fallbacks, budgets }: Story,
  ) {
    const organization = await party.organization();
    const services = prices.map(() => randomUUID());
    await party.transaction(async trx => {
      for (const [i, id] of services.entries()) {
        const to = fallbacks[i];
        await trx('services').insert({
          id,
          organization_id: organization,
          name: `s${i}`,
          title: `S${i}`,
          description: '',
          kind: 'api',
          managed_by: 'api',
          prices: { callMicros: prices[i] },
          on_exhausted: rules[i],
          fallback_id: to !== null && to < i ? services[to] : null,
          created_by: 'test',
        });
      }
    });
    const teller = new Teller(party, organization, services);
    for (const one of budgets) {
      await teller.open(one);
    }
    return teller;
  }

  private constructor(
    party: MoneyParty,
    organization: string,
    services: string[],
  ) {
    this.#party = party;
    this.#organization = organization;
    this.#services = services;
  }

  get names() {
    return { organization: this.#organization, services: this.#services };
  }

  async open({ scope: of, period, limit, shards }: Budget): Promise<void> {
    const refs: Record<string, string> = {
      organization: '',
      service: this.#services[of.of],
      agent: AGENTS[of.of],
      team: TEAMS[of.of],
    };
    await this.#party.transaction(async trx => {
      await this.#lock(trx);
      const [made] = await trx('budgets')
        .insert({
          id: randomUUID(),
          organization_id: this.#organization,
          scope_kind: of.kind,
          scope_ref: refs[of.kind],
          period,
          limit_micros: limit,
          shards,
          created_by: 'test',
        })
        .onConflict(['organization_id', 'scope_kind', 'scope_ref', 'period'])
        .ignore()
        .returning('id');
      if (made) {
        await trx.raw('select open_budget(?)', [made.id]);
      }
    });
  }

  async do(what: Act): Promise<void> {
    const party = this.#party;
    const organization = this.#organization;
    const requestId =
      'request' in what && what.request !== undefined
        ? this.#requestId(what.request)
        : '';
    const attribution = (of: { agent: number; team: number }) =>
      JSON.stringify({
        actor: 'test',
        agentId: AGENTS[of.agent],
        team: TEAMS[of.team],
      });
    switch (what.kind) {
      case 'charge':
        await party.call('charge_service(?, ?, ?, ?, 1, ?)', [
          organization,
          this.#services[what.service],
          requestId,
          what.amount,
          attribution(what.payer),
        ]);
        return;
      case 'reserve':
        await party.call('reserve_service(?, ?, ?, ?, ?, ?, ?)', [
          organization,
          this.#services[what.service],
          requestId,
          Math.floor(what.amount * what.share),
          what.amount,
          what.seconds,
          attribution(what.payer),
        ]);
        return;
      case 'charge_group':
        await party.call('charge_group(?, ?, ?, ?, ?, ?)', [
          organization,
          this.#services[what.service],
          what.calls.map(call => this.#requestId(call.request)),
          what.calls.map(call => call.amount),
          what.calls.map(() => 1),
          what.calls.map(() => attribution(what.payer)),
        ]);
        return;
      case 'reserve_group':
        await party.call('reserve_group(?, ?, ?, ?, ?, ?)', [
          organization,
          this.#services[what.service],
          what.calls.map(call => this.#requestId(call.request)),
          what.calls.map(call => call.amount),
          what.calls.map(call => call.seconds),
          what.calls.map(() => attribution(what.payer)),
        ]);
        return;
      case 'settle':
        // Late, twice, or of what never was.
        await party.call('settle_reservation(?, ?, ?)', [
          organization,
          requestId,
          await this.#partOfHeld(requestId, what.share),
        ]);
        return;
      case 'settle_group':
        await this.#settleGroup(what);
        return;
      case 'release':
        await party.call('release_reservation(?, ?)', [
          organization,
          requestId,
        ]);
        return;
      case 'expire':
        await party.call('expire_reservation()');
        return;
      case 'correct': {
        const [entry] = await party.rows<{ id: string; amount: string }>(
          `select id, amount_micros as amount from ledger_entries where organization_id = ? and request_id = ?`,
          [organization, requestId],
        );
        if (entry) {
          await party.call('correct_entry(?, ?, ?)', [
            organization,
            entry.id,
            Math.floor(Number(entry.amount) * what.share),
          ]);
        }
        return;
      }
      case 'open':
        await this.open(what.budget);
        return;
      case 'zone':
        await party.call('set_time_zone(?, ?)', [organization, what.zone]);
        return;
      default:
        await this.#raise(what);
    }
  }

  #requestId(number: number): string {
    return `${this.#prefix} ${number}`;
  }

  /** A part of what is held back for a request; nothing when nobody knows the cost. */
  async #partOfHeld(
    requestId: string,
    part: number | null,
  ): Promise<number | null> {
    if (part === null) {
      return null;
    }
    const [held] = await this.#party.rows<{ amount: string }>(
      'select amount_micros as amount from budget_reservations where organization_id = ? and request_id = ?',
      [this.#organization, requestId],
    );
    return Math.floor(Number(held?.amount ?? 0) * part);
  }

  async #settleGroup(
    what: Extract<Act, { kind: 'settle_group' }>,
  ): Promise<void> {
    const held = await this.#party.rows<{ request: string }>(
      'select request_id as request from budget_reservations where organization_id = ? order by id limit ?',
      [this.#organization, what.shares.length],
    );
    const requestIds = held.map(({ request: id }) => id);
    if (what.request !== undefined) {
      requestIds.push(this.#requestId(what.request));
    }
    await this.#party.call('settle_group(?, ?, ?, ?)', [
      this.#organization,
      requestIds,
      await Promise.all(
        requestIds.map((id, i) =>
          this.#partOfHeld(id, what.shares[i % what.shares.length]),
        ),
      ),
      requestIds.map(() => '{}'),
    ]);
  }

  /** A limit grows, and is counted in another number of rows. */
  async #raise(what: Extract<Act, { kind: 'limit' }>): Promise<void> {
    await this.#party.transaction(async trx => {
      await this.#lock(trx);
      const all = await trx('budgets')
        .where({ organization_id: this.#organization })
        .orderBy('id');
      const one = all[what.which % Math.max(1, all.length)];
      if (!one) {
        return;
      }
      await trx('budgets')
        .where({ id: one.id })
        .update({
          limit_micros:
            one.limit_micros === null
              ? null
              : Number(one.limit_micros) + what.more,
          shards: what.shards,
        });
      await trx.raw(
        `select ${what.shards === one.shards ? 'cap' : 'shard'}_budget(?)`,
        [one.id],
      );
    });
  }

  async #lock(trx: { raw: (sql: string, bindings: string[]) => unknown }) {
    await trx.raw('select devart_lock_money(?, true)', [this.#organization]);
  }

  /**
   * Budgets with more in their window than they allow, beyond what was there
   * when they were set or moved to another time zone.
   */
  async exceeded(before: ReadonlyMap<string, number>) {
    const used = await this.used();
    return [...used].filter(
      ([key, { micros, limit }]) =>
        limit !== null && micros > Math.max(limit, before.get(key) ?? Infinity),
    );
  }

  async used() {
    const rows = await this.#party.rows<{
      key: string;
      micros: string;
      limit_micros: string | null;
    }>(
      `select b.id || ' ' || w.starts_at as key, b.limit_micros, sum(w.spent_micros + w.reserved_micros) as micros
       from budgets b join budget_windows w on w.budget_id = b.id where b.organization_id = ? group by 1, 2`,
      [this.#organization],
    );
    return new Map(
      rows.map(row => [
        row.key,
        {
          micros: Number(row.micros),
          limit: row.limit_micros === null ? null : Number(row.limit_micros),
        },
      ]),
    );
  }

  /** Entries whose services do not follow each other as fallbacks do. */
  async brokenChains() {
    return this.#party.rows(
      `select e.id from ledger_entries e where e.organization_id = ? and e.delegated_from <> '{}' and exists (
         select 1 from unnest(e.delegated_from, e.delegated_from[2:] || e.service_id) c (tried, next)
         join services s on s.id = c.tried where s.on_exhausted <> 'delegate' or s.fallback_id is distinct from c.next)`,
      [this.#organization],
    );
  }
}

/** A process that charges, reserves and settles until it is killed. */
const CHARGES = `
  const { Client } = require('pg');
  const [url, organization, service, team, prefix] = process.argv.slice(1);
  async function work(me) {
    const client = new Client(url);
    await client.connect();
    await client.query('set role devart_system');
    for (let i = 0; ; i++) {
      const request = [prefix, me, i].join(' ');
      const attribution = JSON.stringify({ actor: 'test', team });
      try {
        await client.query('select charge_service($1, $2, $3, null, 1, $4)', [organization, service, request, attribution]);
        await client.query('select reserve_service($1, $2, $3, 1, 9, 3600, $4)', [organization, service, request + ' held', attribution]);
        if (i % 3) await client.query('select settle_reservation($1, $2, 1)', [organization, request + ' held']);
      } catch (error) {
        if (error.code !== '40001') throw error;
      }
      if (me === 0 && i === 3) process.stdout.write('at work');
    }
  }
  for (let me = 0; me < 4; me++) work(me);
`;

describe('money', () => {
  let party: MoneyParty;

  beforeAll(async () => {
    party = await MoneyParty.start();
  });

  afterAll(async () => {
    await party.stop();
  });

  async function deadlocks(): Promise<number> {
    const [row] = await party.rows<{ deadlocks: string }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    );
    return Number(row.deadlocks);
  }

  it('keeps to every limit and agrees with the ledger, whatever happens at the same moment', async () => {
    await fc.assert(
      fc.asyncProperty(story, async told => {
        const teller = await Teller.create(party, told);
        for (const round of told.rounds) {
          const before = new Map(
            [...(await teller.used())].map(([key, { micros }]) => [
              key,
              micros,
            ]),
          );
          await Promise.all(round.map(what => teller.do(what)));
          expect(await teller.exceeded(before)).toEqual([]);
          expect(await party.mismatches()).toEqual([]);
        }
        expect(await teller.brokenChains()).toEqual([]);
      }),
      { numRuns: 60, endOnFailure: true },
    );
    expect(await deadlocks()).toBe(0);
  });

  it('begins and ends windows at midnight of the organisation, whatever the clocks do there', async () => {
    const instant = fc.date({
      min: new Date('2000-01-01T00:00:00Z'),
      max: new Date('2037-12-31T00:00:00Z'),
      noInvalidDate: true,
    });
    const zone = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kathmandu',
      'Pacific/Kiritimati',
      'America/St_Johns',
      'Australia/Lord_Howe',
    );
    const period = fc.constantFrom('day', 'week', 'month');
    await fc.assert(
      fc.asyncProperty(instant, zone, period, async (at, timeZone, of) => {
        const [row] = await party.rows<{
          starts: Date;
          ends: Date;
          next: Date;
        }>(
          `select s.starts, devart_window_end(?, s.starts, ?) as ends,
             devart_window_start(?, devart_window_end(?, s.starts, ?), ?) as next
           from (select devart_window_start(?, ?::timestamptz, ?) as starts) s`,
          [
            of,
            timeZone,
            of,
            of,
            timeZone,
            timeZone,
            of,
            at.toISOString(),
            timeZone,
          ],
        );
        expect(row.starts.getTime()).toBeLessThanOrEqual(at.getTime());
        expect(row.ends.getTime()).toBeGreaterThan(at.getTime());
        // One window begins where the other ends.
        expect(row.next).toEqual(row.ends);
        const parts = Object.fromEntries(
          new Intl.DateTimeFormat('en-GB', {
            timeZone,
            weekday: 'short',
            day: 'numeric',
            hour: 'numeric',
            minute: 'numeric',
          })
            .formatToParts(row.starts)
            .map(({ type, value }) => [type, value]),
        );
        expect(`${parts.hour}:${parts.minute}`).toBe('00:00');
        expect([of, true]).toEqual([
          of,
          of === 'day' ||
            (of === 'month' ? parts.day === '1' : parts.weekday === 'Mon'),
        ]);
      }),
      { numRuns: 150 },
    );
  });

  it('counts in the window of its moment, at the end of a month too', async () => {
    const organization = await party.organization('Europe/Berlin');
    const service = randomUUID();
    const budgetId = randomUUID();
    await party.owner('services').insert({
      id: service,
      organization_id: organization,
      name: 's',
      title: 'S',
      description: '',
      kind: 'api',
      managed_by: 'api',
      prices: {},
      on_exhausted: 'reject',
      created_by: 'test',
    });
    // Spent in the last and in the first second of two months of Berlin.
    await party.owner.raw(
      `insert into ledger_entries (organization_id, at, kind, amount_micros, request_id, service_id, actor)
       select ?, (date_trunc('month', now(), 'Europe/Berlin') + o.off)::timestamptz, 'charge', o.micros, o.micros::text, ?, 'test'
       from (values (interval '-1 second', 5), (interval '0', 7)) o (off, micros)`,
      [organization, service],
    );
    await party.transaction(async trx => {
      await trx('budgets').insert({
        id: budgetId,
        organization_id: organization,
        scope_kind: 'organization',
        scope_ref: '',
        period: 'month',
        limit_micros: 10,
        created_by: 'test',
      });
      await trx.raw('select open_budget(?)', [budgetId]);
    });
    const charge = (requestId: string, micros: number) =>
      party.call('charge_service(?, ?, ?, ?)', [
        organization,
        service,
        requestId,
        micros,
      ]);
    expect(await charge('a', 4)).toMatchObject({
      charged: false,
      remainingMicros: 3,
    });
    expect(await charge('b', 3)).toMatchObject({
      charged: true,
      remainingMicros: 0,
    });
    // A correction of what was spent in the month before does not touch this one.
    const [old] = await party.rows<{ id: string }>(
      `select id from ledger_entries where organization_id = ? and request_id = '5'`,
      [organization],
    );
    await party.call('correct_entry(?, ?, 0)', [organization, old.id]);
    expect(await charge('c', 1)).toMatchObject({ charged: false });
    expect(await party.mismatches()).toEqual([]);
  });

  it('agrees with the ledger when whoever charges is killed', async () => {
    const teller = await Teller.create(party, {
      prices: [1, 2, 3, 4],
      rules: ['reject', 'delegate', 'delegate', 'delegate'],
      fallbacks: [null, 0, 1, 2],
      budgets: [
        {
          scope: { kind: 'organization', of: 0 },
          period: 'day',
          limit: null,
          shards: 3,
        },
        {
          scope: { kind: 'service', of: 3 },
          period: 'month',
          limit: 100,
          shards: 1,
        },
        {
          scope: { kind: 'team', of: 0 },
          period: 'week',
          limit: 100_000,
          shards: 1,
        },
      ],
      rounds: [],
    });
    const { organization, services } = teller.names;
    let spent = 0;
    for (let i = 0; i < 5; i++) {
      const child = spawn(
        process.execPath,
        [
          '-e',
          CHARGES,
          party.url,
          organization,
          services[3],
          TEAMS[0],
          randomUUID(),
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await Promise.race([
        once(child.stdout, 'data'),
        once(child, 'exit').then(([code]) => {
          throw new Error(`It came to an end by itself with ${code}`);
        }),
      ]);
      await sleep(40 + 37 * i);
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(await party.mismatches()).toEqual([]);
      const [{ count }] = await party.rows<{ count: string }>(
        'select count(*) from ledger_entries where organization_id = ?',
        [organization],
      );
      expect(Number(count)).toBeGreaterThan(spent);
      spent = Number(count);
    }
    expect(await teller.brokenChains()).toEqual([]);
  });
});
