import { NotFoundError } from '@backstage/errors';
import { v7 as uuidv7 } from 'uuid';
import type { ConfiguredOrganization } from '../config/DevartConfig';
import type { Database } from '../database/Database';

/** An organisation that has its row. */
export interface Organization {
  id: string;
  name: string;
  title: string;
}

/** The organisations of this portal, and who belongs to which. */
export class Organizations {
  /** Makes sure that every configured organisation has its row. */
  static async create(options: {
    configured: ConfiguredOrganization[];
    database: Database;
  }): Promise<Organizations> {
    const { configured, database } = options;
    const rows = await database.asSystem('system:start', async tx => {
      for (const { name, title } of configured) {
        await tx.run(
          `insert into organizations (id, name, title) values (?, ?, ?)
           on conflict (name) do update set title = excluded.title
           where organizations.title <> excluded.title`,
          [uuidv7(), name, title],
        );
      }
      return tx.rows<Organization>('select id, name, title from organizations');
    });
    const byName = new Map(rows.map(row => [row.name, row]));
    return new Organizations(
      configured.map(({ name, members }) => ({
        organization: byName.get(name)!,
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
