import { createHash } from 'node:crypto';

/** The roles under which everything runs; see the first migration. */
export type DatabaseRole = 'devart_request' | 'devart_agent' | 'devart_system';

/** A value that a statement is given. */
export type Binding = unknown;

/** What the control plane uses of a connection of `pg`. */
export interface SqlConnection {
  query(query: {
    /** Prepares the statement under this name, once for the connection. */
    name?: string;
    text: string;
    values?: Binding[];
  }): Promise<{
    command: string;
    rowCount: number | null;
    rows: unknown[];
  }>;
  /** What `pg` talks to the server over. */
  connection: {
    stream: { cork(): void; uncork(): void; destroy(): void };
  };
}

/** The settings that the policies read. */
export interface TransactionSettings {
  organization: string;
  role: string;
  actor: string;
  agent: string;
}

/** set_config('role', …, true) is SET LOCAL ROLE. */
const SETTINGS = `select set_config('role', $1, true), set_config('devart.organization', $2, true),
  set_config('devart.role', $3, true), set_config('devart.actor', $4, true), set_config('devart.agent', $5, true),
  set_config('plan_cache_mode', $6, true), set_config('devart.depth', $7, true)`;

/**
 * Begins what the control plane does of itself. No policy of its role reads a
 * setting. Its statements look rows up by their keys, however many, and need no
 * plan but that, and no other one the next time. Queue and leases are empty
 * most of the time but full of dead rows: a plan made for an empty table reads
 * all of them, which let a claim take 5 ms instead of 1.
 */
const BEGIN_SYSTEM = [
  'begin',
  'set local role devart_system',
  'set local plan_cache_mode = force_generic_plan',
  'set local enable_seqscan = off',
  'set local jit = off',
].join('; ');

/** A statement as PostgreSQL reads it, with the name under which it is prepared. */
interface Prepared {
  name: string;
  text: string;
}

const prepared = new Map<string, Prepared>();

/** Numbers `?` placeholders. No statement here has a `?` that is none. */
function numbered(sql: string): string {
  let position = 0;
  return sql.replaceAll('?', () => `$${++position}`);
}

function prepare(sql: string): Prepared {
  let known = prepared.get(sql);
  if (!known) {
    const text = numbered(sql);
    const digest = createHash('sha256').update(text).digest('hex');
    known = { name: `devart_${digest.slice(0, 32)}`, text };
    prepared.set(sql, known);
  }
  return known;
}

/**
 * A database transaction in somebody's name; ends with the function it was
 * handed to. Statements are answered in the order in which they were given,
 * and sent without waiting for one another: those that do not need each
 * other's answers go together in one round trip with `Promise.all`.
 */
export class Transaction {
  /** Who acts in it, as history and events say it. */
  readonly actor: string;
  readonly #connection: SqlConnection;
  readonly #afterCommit: (() => void)[];
  readonly #withCommit: Promise<unknown>[];
  readonly #databaseRole: DatabaseRole;
  #isElevated = false;
  #begun: Promise<unknown> | undefined;
  #committed: Promise<{ command: string }> | undefined;
  #isCorked = false;

  constructor(
    connection: SqlConnection,
    options: {
      actor: string;
      databaseRole: DatabaseRole;
      afterCommit?: (() => void)[];
      withCommit?: Promise<unknown>[];
    },
  ) {
    this.#connection = connection;
    this.actor = options.actor;
    this.#databaseRole = options.databaseRole;
    this.#afterCommit = options.afterCommit ?? [];
    this.#withCommit = options.withCommit ?? [];
  }

  /** Runs a statement with `?` placeholders and returns its rows. */
  async rows<T>(sql: string, bindings: readonly Binding[] = []): Promise<T[]> {
    const { rows } = await this.#query({ text: numbered(sql) }, bindings);
    return rows as T[];
  }

  /** Runs a statement and returns the number of rows it touched. */
  async run(sql: string, bindings: readonly Binding[] = []): Promise<number> {
    const { rowCount } = await this.#query({ text: numbered(sql) }, bindings);
    return rowCount ?? 0;
  }

  /**
   * Like {@link Transaction.rows} for the statements of hot paths: parsed and
   * planned once a connection. Only for text that is always the same, since
   * connections remember it for good.
   */
  async hotRows<T>(
    sql: string,
    bindings: readonly Binding[] = [],
  ): Promise<T[]> {
    const { rows } = await this.#query(prepare(sql), bindings);
    return rows as T[];
  }

  /**
   * Hands over statements whose answers nobody needs before the end of the
   * transaction: they share the commit's round trip. It fails when they do.
   */
  withCommit(statements: Promise<unknown>): void {
    // Looked at by `commit`, unless something else fails before.
    statements.catch(() => undefined);
    this.#withCommit.push(statements);
  }

  /** Calls `hook` once the transaction is committed, never when it is not. */
  afterCommit(hook: () => void): void {
    this.#afterCommit.push(hook);
  }

  /**
   * Does a part of the transaction with the rights of the control plane: for
   * what follows from an act without being within the rights of its actor.
   * Nothing else may go on in the transaction at the same time; parts may stand
   * within one another.
   */
  async elevated<T>(work: () => Promise<T>): Promise<T> {
    if (this.#databaseRole === 'devart_system' || this.#isElevated) {
      return work();
    }
    this.#isElevated = true;
    this.#setRole('devart_system');
    try {
      return await work();
    } finally {
      this.#isElevated = false;
      this.#setRole(this.#databaseRole);
    }
  }

  /**
   * The same transaction in the name of the control plane, for what
   * {@link Transaction.elevated} does that whoever acts had no part in.
   */
  by(actor: string): Transaction {
    return new Transaction(this.#connection, {
      actor,
      databaseRole: 'devart_system',
      afterCommit: this.#afterCommit,
      withCommit: this.#withCommit,
    });
  }

  /**
   * For {@link Database} alone: sends what begins the transaction, ahead of its
   * statements.
   *
   * @param depth - how many runs of workflows lie before what is done
   */
  begin(settings: TransactionSettings, depth: number): void {
    this.#begun =
      this.#databaseRole === 'devart_system' && depth === 0
        ? this.#send({ text: BEGIN_SYSTEM })
        : Promise.all([
            this.#send({ text: 'begin' }),
            this.#query({ name: 'devart_settings', text: SETTINGS }, [
              this.#databaseRole,
              settings.organization,
              settings.role,
              settings.actor,
              settings.agent,
              // People's lists are planned for what they ask.
              this.#databaseRole === 'devart_system'
                ? 'force_generic_plan'
                : 'auto',
              String(depth),
            ]),
          ]);
    // Looked at by `commit`; a failure here fails the statements behind it, too.
    this.#begun.catch(() => undefined);
  }

  /**
   * Sends the commit behind the statements that are on their way, without
   * waiting for their answers. Should one of them fail, PostgreSQL rolls back
   * instead; nothing else can prevent it any more, and no statement follows.
   */
  seal(): void {
    this.#committed = this.#send({ text: 'commit' });
    // Looked at by `commit`.
    this.#committed.catch(() => undefined);
  }

  /** For {@link Database} alone. */
  async commit(): Promise<void> {
    await this.#begun;
    if (!this.#committed) {
      this.seal();
    }
    const [{ command }] = await Promise.all([
      this.#committed!,
      ...this.#withCommit,
    ]);
    if (command !== 'COMMIT') {
      throw new Error(
        'A statement of the transaction failed and its error was passed over; nothing was committed',
      );
    }
  }

  /** For {@link Database} alone. */
  async rollback(): Promise<void> {
    await this.#send({ text: 'rollback' });
  }

  /** For {@link Database} alone. */
  committed(): void {
    for (const hook of this.#afterCommit) {
      hook();
    }
  }

  #setRole(role: DatabaseRole): void {
    this.#query(
      {
        name: 'devart_role',
        text: `select set_config('role', $1, true)`,
      },
      [role],
      // It fails when the connection is lost or the transaction has failed
      // already. Either fails every later statement, the commit included, so
      // that nothing ever runs under the wrong role.
    ).catch(() => undefined);
  }

  #query(
    statement: { name?: string; text: string },
    bindings: readonly Binding[],
  ) {
    if (this.#committed) {
      throw new Error('The transaction is sealed; nothing can follow');
    }
    return this.#send({ ...statement, values: [...bindings] });
  }

  /** Statements that are sent in the same turn of the event loop go out in one packet. */
  #send(query: { name?: string; text: string; values?: Binding[] }) {
    if (!this.#isCorked) {
      const { stream } = this.#connection.connection;
      this.#isCorked = true;
      stream.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        stream.uncork();
      });
    }
    return this.#connection.query(query);
  }
}
