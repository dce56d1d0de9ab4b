import {
  resolvePackagePath,
  type DatabaseService,
} from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import { causeDepth } from './causeDepth';
import { isRetryableTransactionError, toPublicError } from './databaseErrors';
import { settingsOf, type Scope } from './Scope';
import {
  Transaction,
  type DatabaseRole,
  type SqlConnection,
  type TransactionSettings,
} from './Transaction';

const MAX_TRIES = 4;
/** How long a connection may be in use while the back end stops, in milliseconds. */
const LAST_USE_MS = 5000;
const MIGRATIONS_TABLE = 'devart_migrations';

/**
 * The database of the control plane. There is no way to reach it but in
 * somebody's name: as a caller, whom row-level security confines, or as the
 * control plane itself.
 */
export class Database {
  /**
   * Connects and brings the schema up to date.
   *
   * @throws Error in plain words when the server is too old, or the account may
   * not create the roles that requests run under.
   */
  static async create(options: { database: DatabaseService }) {
    const knex = await options.database.getClient();
    if (knex.client.config.client !== 'pg') {
      throw new Error(
        `devart needs PostgreSQL, but backend.database.client is '${knex.client.config.client}'`,
      );
    }
    const version = await knex.raw('show server_version_num');
    if (Number(version.rows[0].server_version_num) < 150000) {
      throw new Error(
        `devart needs PostgreSQL 15 or newer, but the server has version number ${version.rows[0].server_version_num}`,
      );
    }
    if (!options.database.migrations?.skip) {
      await Database.migrate(knex);
    }
    return new Database(knex);
  }

  /** Brings the schema up to date; replicas that start together take turns. */
  static async migrate(knex: Knex): Promise<void> {
    try {
      // Before its first migration knex has nothing to lock.
      await knex.transaction(async trx => {
        await trx.raw(
          `select pg_advisory_xact_lock(hashtextextended('devart migrations', 0))`,
        );
        await knex.migrate.latest({
          directory: resolvePackagePath(
            '@devart/plugin-devart-backend',
            'migrations',
          ),
          tableName: MIGRATIONS_TABLE,
        });
      });
    } catch (error) {
      if (/permission denied to (create|grant) role/.test(String(error))) {
        throw new Error(
          'The database account of devart may not create roles. Let an administrator run: ' +
            'CREATE ROLE devart_request NOLOGIN; CREATE ROLE devart_agent NOLOGIN; CREATE ROLE devart_system NOLOGIN; ' +
            'GRANT devart_request, devart_agent, devart_system TO <the account>;',
          { cause: error },
        );
      }
      throw error;
    }
  }

  readonly #knex: Knex;
  /** Connections in use, with what cuts them off once the back end stops. */
  readonly #inUse = new Map<PooledConnection, NodeJS.Timeout | undefined>();
  #isStopping = false;

  private constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** Runs `work` in one transaction in the name of a caller. */
  async inScope<T>(
    scope: Scope,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    return this.#transact(
      {
        actor: scope.actor,
        databaseRole:
          scope.kind === 'agent' ? 'devart_agent' : 'devart_request',
      },
      settingsOf(scope),
      work,
    );
  }

  /**
   * Runs `work` in one transaction with the rights of the control plane, which
   * reach over all organisations. Statements name the organisation themselves.
   *
   * @param actor - who is named in history and events, such as `system:leases`
   */
  async asSystem<T>(
    actor: string,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    return this.#transact(
      { actor, databaseRole: 'devart_system' },
      { organization: '', role: 'system', actor, agent: '' },
      work,
    );
  }

  /**
   * Like {@link Database.asSystem} for what needs one round trip: the commit is
   * sent behind the statements that `work` sends before it waits for the first
   * of them, and none can follow. Their locks are held for as long as PostgreSQL
   * works, however busy this process is.
   */
  async asSystemAtOnce<T>(
    actor: string,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    return this.asSystem(actor, async tx => {
      const answer = work(tx);
      tx.seal();
      return answer;
    });
  }

  /**
   * A connection of its own, outside the pool, for LISTEN. Whoever takes it
   * ends it.
   */
  async connection(): Promise<ListenConnection> {
    return this.#knex.client.acquireRawConnection();
  }

  /**
   * Age in seconds of the oldest transaction that is open in this database, 0
   * when there is none. Asked without a role: others see less of the activity.
   */
  async oldestTransactionSeconds(): Promise<number> {
    const { rows } = await this.#withConnection(connection =>
      connection.query({
        text: `select coalesce(extract(epoch from now() - min(xact_start)), 0)::double precision as seconds
          from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
      }),
    );
    const [{ seconds }] = rows as { seconds: number }[];
    return Math.max(0, seconds);
  }

  /**
   * From now on no connection is in use for long: the pool cannot be closed
   * before all are given back, which is never when the server has fallen silent.
   */
  stop(): void {
    this.#isStopping = true;
    for (const connection of this.#inUse.keys()) {
      this.#inUse.set(connection, cutOffLater(connection));
    }
  }

  /**
   * Age of the oldest open transaction that has written something, in seconds.
   * What began to be written before can be seen by now.
   */
  async oldestWriteSeconds(): Promise<number> {
    const { rows } = await this.#withConnection(connection =>
      connection.query({
        text: `select coalesce(extract(epoch from clock_timestamp() - min(xact_start)), 0)::double precision as seconds
          from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and backend_xid is not null`,
      }),
    );
    const [{ seconds }] = rows as { seconds: number }[];
    return Math.max(0, seconds);
  }

  async #transact<T>(
    options: { actor: string; databaseRole: DatabaseRole },
    settings: TransactionSettings,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        const { result, transaction } = await this.#attempt(
          options,
          settings,
          work,
        );
        transaction.committed();
        return result;
      } catch (error) {
        if (isRetryableTransactionError(error) && tries < MAX_TRIES) {
          continue;
        }
        throw toPublicError(error);
      }
    }
  }

  async #attempt<T>(
    options: { actor: string; databaseRole: DatabaseRole },
    settings: TransactionSettings,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<{ result: T; transaction: Transaction }> {
    return this.#withConnection(async connection => {
      // Statements go out without waiting for the answers before them: a
      // transaction of one statement takes two round trips instead of four.
      connection.pipeline = true;
      const transaction = new Transaction(connection, options);
      try {
        transaction.begin(settings, causeDepth());
        const result = await work(transaction);
        await transaction.commit();
        return { result, transaction };
      } catch (error) {
        // A connection that cannot even roll back is lost, which the pool sees
        // by itself and the error at hand says already.
        await transaction.rollback().catch(() => undefined);
        throw error;
      }
    });
  }

  async #withConnection<T>(
    work: (connection: PooledConnection) => Promise<T>,
  ): Promise<T> {
    const { client } = this.#knex;
    const connection: PooledConnection = await client.acquireConnection();
    this.#inUse.set(
      connection,
      this.#isStopping ? cutOffLater(connection) : undefined,
    );
    try {
      return await work(connection);
    } finally {
      clearTimeout(this.#inUse.get(connection));
      this.#inUse.delete(connection);
      await client.releaseConnection(connection);
    }
  }
}

/** Whoever waits for an answer over the connection has an error instead. */
function cutOffLater(connection: PooledConnection): NodeJS.Timeout {
  return setTimeout(() => connection.connection.stream.destroy(), LAST_USE_MS);
}

/** A connection of the pool, which is `pg`'s. */
interface PooledConnection extends SqlConnection {
  pipeline?: boolean;
}

/** What the control plane uses of a raw connection of `pg`. */
export interface ListenConnection {
  /** As the messages of this connection name it. */
  readonly processID: number | null;
  query(sql: string, values?: unknown[]): Promise<unknown>;
  on(
    event: 'notification',
    listener: (message: {
      channel: string;
      payload?: string;
      /** Of the connection that said it. */
      processId: number;
    }) => void,
  ): void;
  on(event: 'error' | 'end', listener: (error?: Error) => void): void;
  removeAllListeners(): void;
  end(): Promise<void>;
}
