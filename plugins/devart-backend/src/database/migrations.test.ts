import { readdirSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import knexFactory, { type Knex } from 'knex';
import { Database } from './Database';

describe('migrations', () => {
  const database = `devart_migrations_${randomBytes(6).toString('hex')}`;
  const url = new URL(process.env.DEVART_TEST_POSTGRES_URL!);
  const server = knexFactory({ client: 'pg', connection: url.toString() });
  let knex: Knex;

  beforeAll(async () => {
    await server.raw('create database ??', [database]);
    const own = new URL(url);
    own.pathname = `/${database}`;
    knex = knexFactory({ client: 'pg', connection: own.toString() });
  });

  afterAll(async () => {
    await knex.destroy();
    await server.raw('drop database ??', [database]);
    await server.destroy();
  });

  async function objects(): Promise<string[]> {
    const { rows } = await knex.raw(
      `select 'table ' || c.relname as name from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'public' and c.relkind in ('r', 'v', 'S', 'i') and c.relname not like 'knex_%'
       union all
       select 'function ' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname = 'public'
       order by 1`,
    );
    return rows.map((row: { name: string }) => row.name);
  }

  it('go up one by one, and down again leaving nothing behind', async () => {
    const directory = resolvePackagePath(
      '@devart/plugin-devart-backend',
      'migrations',
    );
    const config = { directory };
    const before: string[][] = [];
    const count = readdirSync(directory).length;
    for (let step = 0; step < count; step++) {
      before.push(await objects());
      await knex.migrate.up(config);
    }
    const complete = await objects();
    expect(complete.length).toBeGreaterThan(before[0].length);
    for (let step = count - 1; step >= 0; step--) {
      await knex.migrate.down(config);
      expect(await objects()).toEqual(before[step]);
    }
    await knex.migrate.latest(config);
    expect(await objects()).toEqual(complete);
  });

  it('take turns when replicas start together on an empty database', async () => {
    const name = `${database}_together`;
    await server.raw('create database ??', [name]);
    const own = new URL(url);
    own.pathname = `/${name}`;
    const replicas = Array.from({ length: 4 }, () =>
      knexFactory({ client: 'pg', connection: own.toString() }),
    );
    try {
      await Promise.all(replicas.map(replica => Database.migrate(replica)));
      const { rows } = await replicas[0].raw(
        'select count(*)::int as count from devart_migrations',
      );
      expect(rows[0].count).toBeGreaterThan(0);
    } finally {
      await Promise.all(replicas.map(replica => replica.destroy()));
      await server.raw('drop database ??', [name]);
    }
  });

  it('suit an account that may create roles and is no superuser', async () => {
    const account = `devart_account_${randomBytes(6).toString('hex')}`;
    const name = `${database}_account`;
    await server.raw(
      `create role ${account} login createrole password 'of this test'`,
    );
    // The roles are there already; this account has to be made their member.
    await server.raw(
      `grant devart_request, devart_agent, devart_system to ${account} with admin option`,
    );
    await server.raw(`create database ${name} owner ${account}`);
    const own = new URL(url);
    own.pathname = `/${name}`;
    own.username = account;
    own.password = 'of this test';
    const theirs = knexFactory({ client: 'pg', connection: own.toString() });
    try {
      await Database.migrate(theirs);
      await theirs.transaction(async trx => {
        await trx.raw(`select set_config('role', 'devart_request', true)`);
        const { rows } = await trx.raw('select current_user as role');
        expect(rows[0].role).toBe('devart_request');
      });
    } finally {
      await theirs.destroy();
      await server.raw(`drop database ${name}`);
      await server.raw(`drop role ${account}`);
    }
  });
});
