import { NotFoundError } from '@backstage/errors';
import { v7 as uuidv7 } from 'uuid';
import type { ConfiguredOrganization } from '../config/DevartConfig';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';

/** An organisation that has its row. */
export interface Organization {
  id: string;
  name: string;
  title: string;
  /** ISO 4217. */
  currency: string;
  /** What a US dollar is in it; unknown where it was not configured. */
  perUsd?: number;
  /** Where its days, weeks and months begin. */
  timeZone: string;
}

async function store(
  tx: Transaction,
  { name, title, currency, timeZone }: ConfiguredOrganization,
): Promise<void> {
  await tx.run(
    `insert into organizations (id, name, title, currency, time_zone) values (?, ?, ?, ?, ?)
     on conflict (name) do update set title = excluded.title
     where organizations.title <> excluded.title`,
    [uuidv7(), name, title, currency, timeZone],
  );
  const [stored] = await tx.rows<{
    id: string;
    currency: string;
    time_zone: string;
    has_spent: boolean;
  }>(
    `select o.id, o.currency, o.time_zone,
       exists (select 1 from ledger_entries e where e.organization_id = o.id) as has_spent
     from organizations o where o.name = ?`,
    [name],
  );
  if (stored.currency !== currency) {
    if (stored.has_spent) {
      throw new Error(
        `The configuration gives the organisation '${name}' the currency ${currency}, but its ledger is in ${stored.currency}: amounts that were spent cannot be turned into another currency. Configure ${stored.currency} again, or begin with a new organisation`,
      );
    }
    await tx.run('update organizations set currency = ? where id = ?', [
      currency,
      stored.id,
    ]);
  }
  if (stored.time_zone !== timeZone) {
    await tx.run('select set_time_zone(?, ?)', [stored.id, timeZone]);
  }
}

/** The organisations of this portal, and who belongs to which. */
export class Organizations {
  /**
   * Makes sure that every configured organisation has its row.
   *
   * @throws Error in plain words when the currency of one with a ledger has changed.
   */
  static async create(options: {
    configured: ConfiguredOrganization[];
    database: Database;
  }): Promise<Organizations> {
    const { configured, database } = options;
    const rows = await database.asSystem('system:start', async tx => {
      for (const organization of configured) {
        await store(tx, organization);
      }
      return tx.rows<{ id: string; name: string }>(
        'select id, name from organizations',
      );
    });
    const ids = new Map(rows.map(({ id, name }) => [name, id]));
    return new Organizations(
      configured.map(({ members, ...organization }) => ({
        organization: { ...organization, id: ids.get(organization.name)! },
        members: new Set(members),
      })),
    );
  }

  readonly #all: readonly {
    organization: Organization;
    members: ReadonlySet<string>;
  }[];

  private constructor(
    all: { organization: Organization; members: Set<string> }[],
  ) {
    this.#all = all;
  }

  /** All organisations of the configuration. */
  get all(): readonly Organization[] {
    return this.#all.map(({ organization }) => organization);
  }

  /** Where everybody belongs who is not named elsewhere. */
  get first(): Organization {
    return this.#all[0].organization;
  }

  /** The organisation of somebody, by their own reference and those of their groups. */
  organizationOf(refs: readonly string[]): Organization {
    const found = this.#all.find(({ members }) =>
      refs.some(ref => members.has(ref.toLowerCase())),
    );
    return (found ?? this.#all[0]).organization;
  }

  /** @throws NotFoundError when the portal has no such organisation. */
  byId(id: string): Organization {
    const found = this.#all.find(({ organization }) => organization.id === id);
    if (!found) {
      throw new NotFoundError(`There is no organisation ${id}`);
    }
    return found.organization;
  }
}
