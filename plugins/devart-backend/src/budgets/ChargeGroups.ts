import type { Database } from '../database/Database';
import { GroupCommit } from '../database/GroupCommit';
import type { ChargeAnswer, NewCharge } from './charges';
import type { ChargeStore } from './ChargeStore';

/** The most charges of one group. */
const MAX_GROUP = 128;
/** Groups on their way at once: one that waits for a lock does not hold up all others. */
const CONCURRENCY = 4;
/** After a group did not fit into a budget, charges on the same accounts go one by one for so long. */
const APART_MS = 1000;
/** Accounts that are remembered to be used up; a portal has dozens at once. */
const MAX_APART = 10_000;

interface Item {
  organizationId: string;
  charge: NewCharge;
}

/** What decides which budgets a charge counts against. */
function accountsOf({ organizationId, charge }: Item): string {
  const { agentId, team, workflowId, runId } = charge.attribution;
  return JSON.stringify([
    organizationId,
    charge.serviceId,
    agentId,
    team,
    workflowId,
    runId,
  ]);
}

function byAccounts(items: readonly Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const accounts = accountsOf(item);
    const group = groups.get(accounts);
    if (group) {
      group.push(item);
    } else {
      groups.set(accounts, [item]);
    }
  }
  return groups;
}

/**
 * Makes charges that arrive at the same moment, and are on the same accounts,
 * in one transaction: the budget that all of them meet is locked and written
 * once for all. A group has locks of one set of budgets only, so that the order
 * of locks holds. What does not fit as a group is charged one by one, each as if
 * it were alone.
 */
export class ChargeGroups {
  readonly #database: Database;
  readonly #store: ChargeStore;
  readonly #groups: GroupCommit<Item, PromiseSettledResult<ChargeAnswer>>;
  readonly #apartUntil = new Map<string, number>();

  constructor(options: { database: Database; store: ChargeStore }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#groups = new GroupCommit({
      run: items => this.#run(items),
      max: MAX_GROUP,
      concurrency: CONCURRENCY,
    });
  }

  async charge(
    organizationId: string,
    charge: NewCharge,
  ): Promise<ChargeAnswer> {
    const [end] = await this.#groups.add([{ organizationId, charge }]);
    if (end.status === 'rejected') {
      throw end.reason;
    }
    return end.value;
  }

  async #run(
    items: readonly Item[],
  ): Promise<PromiseSettledResult<ChargeAnswer>[]> {
    const ends = new Map<Item, PromiseSettledResult<ChargeAnswer>>();
    await Promise.all(
      [...byAccounts(items)].map(async ([accounts, group]) => {
        const answers = await this.#chargeTogether(accounts, group);
        const singles = await Promise.allSettled(
          group.map(async (item, i) => answers[i] ?? this.#chargeAlone(item)),
        );
        group.forEach((item, i) => ends.set(item, singles[i]));
      }),
    );
    return items.map(item => ends.get(item)!);
  }

  /** Answers for all of them, or none when they have to be charged one by one. */
  async #chargeTogether(
    accounts: string,
    group: readonly Item[],
  ): Promise<readonly ChargeAnswer[]> {
    if (group.length === 1 || this.#isApart(accounts)) {
      return [];
    }
    const [{ organizationId, charge }] = group;
    const charges = group.map(item => item.charge);
    try {
      const answers = await this.#database.asSystemAtOnce(
        charge.attribution.actor,
        tx => this.#store.chargeGroup(tx, organizationId, charges),
      );
      if (!answers) {
        this.#keepApart(accounts);
      }
      return answers ?? [];
    } catch {
      // Whatever it was, each of them will hear of it by itself.
      return [];
    }
  }

  async #chargeAlone({ organizationId, charge }: Item): Promise<ChargeAnswer> {
    return this.#database.asSystemAtOnce(charge.attribution.actor, tx =>
      this.#store.charge(tx, organizationId, charge),
    );
  }

  #isApart(accounts: string): boolean {
    const until = this.#apartUntil.get(accounts);
    if (until !== undefined && until <= Date.now()) {
      this.#apartUntil.delete(accounts);
      return false;
    }
    return until !== undefined;
  }

  #keepApart(accounts: string): void {
    if (this.#apartUntil.size >= MAX_APART) {
      this.#apartUntil.clear();
    }
    this.#apartUntil.set(accounts, Date.now() + APART_MS);
  }
}
