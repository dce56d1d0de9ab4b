import type { Knex } from 'knex';
import { TestControlPlane } from '../__testUtils__/TestControlPlane';

/** What a table answers that requests have no business with. */
function closed<T>(answer: T): (error: Error) => T {
  return error => {
    if (!/permission denied/.test(error.message)) {
      throw error;
    }
    return answer;
  };
}

jest.setTimeout(120_000);

/**
 * Connects as the roles under which requests run, past all of the code, and
 * tries what the code would never try.
 */
describe('row-level security', () => {
  let plane: TestControlPlane;
  let sql: Knex;
  let mine: string;
  let agentId: string;
  let taskOfStranger: string;

  beforeAll(async () => {
    plane = await TestControlPlane.start();
    sql = plane.sql();
    const [row] = await sql('organizations').where({ name: 'default' });
    mine = row.id;
    await plane.as('supervisor').tasks.create({ title: 'Ours' });
    agentId = (await plane.agent()).id;
    const stranger = plane.as('stranger');
    taskOfStranger = (await stranger.tasks.create({ title: 'Theirs' })).id;
    await stranger.agents.register({ name: 'theirs', capabilities: [] });
    await stranger.agents.createEnrolmentToken({ name: 'theirs' });
  });

  afterAll(async () => {
    await sql.destroy();
    await plane.stop();
  });

  /** Runs statements as a request would, and takes everything back. */
  async function as<T>(
    who: { role: string; actor?: string; agent?: string },
    work: (trx: Knex.Transaction) => Promise<T>,
  ): Promise<T> {
    const trx = await sql.transaction();
    try {
      await trx.raw(
        `select set_config('role', ?, true), set_config('devart.organization', ?, true),
           set_config('devart.role', ?, true), set_config('devart.actor', ?, true), set_config('devart.agent', ?, true)`,
        [
          who.role === 'agent' ? 'devart_agent' : 'devart_request',
          mine,
          who.role,
          who.actor ?? 'user:default/x',
          who.agent ?? '',
        ],
      );
      return await work(trx);
    } finally {
      await trx.rollback();
    }
  }

  /** How many rows of other organisations a role sees in a table. */
  async function countForeign(role: string, table: string): Promise<number> {
    const { rows } = await as({ role, agent: agentId }, trx =>
      trx.raw(
        'select count(*)::int as count from ?? where organization_id <> ?',
        [table, mine],
      ),
    ).catch(closed({ rows: [{ count: 0 }] }));
    return rows[0].count;
  }

  it('is forced on every table', async () => {
    const { rows } = await sql.raw(
      `select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p') and n.nspname = current_schema()
         and relname not like 'devart_migrations%' and not (relrowsecurity and relforcerowsecurity)`,
    );
    expect(rows).toEqual([]);
  });

  it('gives the roles of requests neither ownership nor a way around it', async () => {
    const { rows } = await sql.raw(
      `select rolname from pg_roles where rolname in ('devart_request', 'devart_agent', 'devart_system')
         and (rolsuper or rolbypassrls or rolcanlogin)`,
    );
    expect(rows).toEqual([]);
  });

  it.each(['viewer', 'supervisor', 'admin', 'agent', '', 'nonsense'])(
    'shows the role "%s" no row of another organisation',
    async role => {
      const { rows: tables } = await sql.raw(
        `select distinct table_name from information_schema.columns
         where table_schema = current_schema() and column_name = 'organization_id'`,
      );
      expect(tables.length).toBeGreaterThan(10);
      for (const { table_name: table } of tables) {
        const foreign = await countForeign(role, table);
        expect([table, foreign]).toEqual([table, 0]);
      }
    },
  );

  it('shows nothing at all when nothing was said of the caller', async () => {
    const trx = await sql.transaction();
    await trx.raw(`select set_config('role', 'devart_request', true)`);
    const { rows } = await trx.raw('select count(*)::int as count from tasks');
    await trx.rollback();
    expect(rows[0].count).toBe(0);
  });

  it.each(['viewer', '', 'agent'])(
    'lets the role "%s" change nothing that is not its own',
    async role => {
      const who = { role, agent: agentId, actor: `agent:${agentId}` };
      for (const table of [
        'tasks',
        'agents',
        'reviews',
        'finding_dismissals',
      ]) {
        const changed = await as(who, trx =>
          trx.raw('delete from ??', [table]),
        ).catch(closed({ rowCount: 0 }));
        expect([table, changed.rowCount]).toEqual([table, 0]);
      }
      const updated = await as(who, trx =>
        trx.raw(`update tasks set title = 'taken'`),
      ).catch(closed({ rowCount: 0 }));
      expect(updated.rowCount).toBe(0);
      const halted = await as(who, trx =>
        trx.raw(`update organizations set agents_halted_at = now()`),
      ).catch(closed({ rowCount: 0 }));
      expect(halted.rowCount).toBe(0);
    },
  );

  it('lets a supervisor write into no other organisation', async () => {
    const [{ organization_id: theirs }] = await sql('tasks').where({
      id: taskOfStranger,
    });
    await expect(
      as({ role: 'supervisor' }, trx =>
        trx.raw(
          `insert into events (organization_id, topic, actor, subject_kind, subject_id, subject_name)
           values (?, 'x', 'user:default/x', 'task', ?, 'x')`,
          [theirs, taskOfStranger],
        ),
      ),
    ).rejects.toThrow(/row-level security/);
    await expect(
      as({ role: 'supervisor' }, trx =>
        trx.raw(`update tasks set organization_id = ?`, [theirs]),
      ),
    ).rejects.toThrow(/row-level security/);
  });

  it.each(['viewer', 'supervisor', 'admin', 'agent'])(
    'lets the role "%s" move no money past the control plane',
    async role => {
      const who = { role, agent: agentId, actor: `agent:${agentId}` };
      for (const statement of [
        `select charge_service('${mine}', '${mine}', 'x', 1)`,
        `select reserve_service('${mine}', '${mine}', 'x', 1, 1, 60)`,
        `select settle_reservation('${mine}', 'x', 0)`,
        `select release_reservation('${mine}', 'x')`,
        `select correct_entry('${mine}', '${mine}', 0)`,
        `select open_budget('${mine}')`,
        `select cap_budget('${mine}')`,
        `select shard_budget('${mine}')`,
        `select set_time_zone('${mine}', 'UTC')`,
        `insert into ledger_entries (organization_id, at, kind, amount_micros, request_id, service_id, actor)
           values ('${mine}', now(), 'charge', 0, 'x', '${mine}', 'x')`,
        `update ledger_entries set amount_micros = 0`,
        `update budget_windows set spent_micros = 0`,
        `delete from budget_reservations`,
        `insert into budget_pauses (approval_id, organization_id, budget_id) values ('${mine}', '${mine}', '${mine}')`,
      ]) {
        await expect(as(who, trx => trx.raw(statement))).rejects.toThrow(
          /permission denied/,
        );
      }
    },
  );

  it('lets nobody rewrite the ledger, not even its owner', async () => {
    for (const table of ['ledger_entries', 'budget_changes']) {
      for (const statement of [
        `update ${table} set organization_id = organization_id`,
        `delete from ${table}`,
        `truncate ${table}`,
      ]) {
        await expect(sql.raw(statement)).rejects.toThrow(/append-only/);
      }
    }
  });

  it('shows no hash of a key or token, whatever the role', async () => {
    for (const [table, column] of [
      ['agent_keys', 'key_hash'],
      ['enrolment_tokens', 'token_hash'],
    ]) {
      await expect(
        as({ role: 'admin' }, trx =>
          trx.raw('select ?? from ??', [column, table]),
        ),
      ).rejects.toThrow(/permission denied/);
    }
  });

  it('lets nobody rewrite the audit trail, not even its owner', async () => {
    for (const statement of [
      `update audit_entries set actor = 'nobody'`,
      'delete from audit_entries',
      'truncate audit_entries',
    ]) {
      await expect(sql.raw(statement)).rejects.toThrow(/append-only/);
    }
  });

  it('hides what is another organisation’s behind 404', async () => {
    const sam = plane.as('supervisor');
    for (const call of [
      sam.tasks.get({ id: taskOfStranger }),
      sam.tasks.update({ id: taskOfStranger, title: 'Taken' }),
      sam.tasks.cancel({ id: taskOfStranger }),
      sam.tasks.delete({ id: taskOfStranger }),
      sam.tasks.history({ id: taskOfStranger }),
      sam.tasks.createSuccessor({ id: taskOfStranger, title: 'Child' }),
    ]) {
      await expect(call).rejects.toMatchObject({ statusCode: 404 });
    }
    expect((await sam.tasks.list({})).items.map(({ title }) => title)).toEqual([
      'Ours',
    ]);
  });
});
