import type { LoggerService } from '@backstage/backend-plugin-api';
import type { ReserveAnswer } from '../../budgets/charges';
import type { LedgerService } from '../../budgets/LedgerService';
import { isRetryableTransactionError } from '../../database/databaseErrors';
import { GroupCommit } from '../../database/GroupCommit';
import type { Meter, Reserving, Settling } from './Meter';

/** Calls in one transaction. */
const MAX_GROUP = 64;

/** Those who lose races for the last of a budget try again so often. */
const MAX_TRIES = 6;

const MAX_GROUPS = 5000;

/**
 * Settling is in no hurry: the caller has its answer, and the money is held
 * back until then. Whoever calls again at once does not meet it at the windows
 * of the budgets, and many are settled for the price of one.
 */
const GATHER_MS = 25;

/** What two calls have in common that count against the same budgets. */
function keyOf({ organizationId, serviceId, attribution }: Reserving): string {
  const { agentId, team, workflowId, runId } = attribution;
  return JSON.stringify([
    organizationId,
    serviceId,
    agentId,
    team,
    workflowId,
    runId,
  ]);
}

/** Whether there would be money but for what calls hold back. */
function isHeldBack(answer: ReserveAnswer): boolean {
  return answer.outcome === 'refused' && answer.reason === 'held';
}

async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!isRetryableTransactionError(error) || tries >= MAX_TRIES) {
        throw error;
      }
    }
  }
}

/**
 * Counts in the ledger. Calls that count against the same budgets at the same
 * moment share a transaction: they lock the same rows in the same order as one
 * of them would alone. Others go apart.
 */
export class GroupingMeter implements Meter {
  readonly #ledger: LedgerService;
  readonly #logger: LoggerService;
  readonly #reserving = new Map<
    string,
    GroupCommit<Reserving, ReserveAnswer>
  >();
  readonly #settling = new Map<string, GroupCommit<Settling, void>>();
  /** Durable is what was settled, by organisation. */
  readonly #flushing = new Map<string, GroupCommit<string, boolean>>();
  /** What is reserved and not settled yet. */
  readonly #open = new Map<string, Reserving>();
  /** What is being settled, and frees money that is held back. */
  readonly #freeing = new Set<Promise<unknown>>();

  constructor(options: { ledger: LedgerService; logger: LoggerService }) {
    this.#ledger = options.ledger;
    this.#logger = options.logger;
  }

  async reserve(reserving: Reserving): Promise<ReserveAnswer> {
    const { organizationId } = reserving;
    const group = groupOf(this.#reserving, keyOf(reserving), calls =>
      persistently(() => this.#ledger.reserveTogether(organizationId, calls)),
    );
    let [answer] = await group.add([reserving]);
    if (isHeldBack(answer) && this.#freeing.size > 0) {
      // Calls that are over by now have the money: it is asked for again when they have given it back.
      await Promise.allSettled(this.#freeing);
      [answer] = await group.add([reserving]);
    }
    if (answer.outcome === 'reserved') {
      this.#open.set(reserving.requestId, reserving);
    }
    return answer;
  }

  async settle(settling: Settling): Promise<void> {
    const open = this.#open.get(settling.requestId);
    const group = groupOf(
      this.#settling,
      open ? keyOf(open) : settling.requestId,
      calls => this.#settleAll(calls),
      GATHER_MS,
    );
    const freed = group.add([settling]);
    this.#freeing.add(freed);
    await freed.finally(() => this.#freeing.delete(freed));
    const flushed = groupOf(
      this.#flushing,
      settling.organizationId,
      requestIds => this.#flush(settling.organizationId, requestIds),
    );
    const [isDurable] = await flushed.add([settling.requestId]);
    if (!isDurable) {
      // The database went away in between; whoever settles it tries again.
      throw new Error(
        `The call ${settling.requestId} was settled and is not in the ledger`,
      );
    }
    this.#open.delete(settling.requestId);
  }

  async release({
    organizationId,
    requestId,
  }: Pick<Reserving, 'organizationId' | 'requestId'>): Promise<void> {
    await persistently(() => this.#ledger.release(organizationId, requestId));
    this.#open.delete(requestId);
  }

  /** Of some requests, which are durable now. */
  async #flush(
    organizationId: string,
    requestIds: readonly string[],
  ): Promise<boolean[]> {
    const durable = new Set(
      await this.#ledger.flush(organizationId, requestIds),
    );
    return requestIds.map(id => durable.has(id));
  }

  async #settleAll(calls: readonly Settling[]): Promise<void[]> {
    const [{ organizationId }] = calls;
    const settled = await persistently(() =>
      this.#ledger.settleTogether(organizationId, calls),
    );
    for (const [index, isSettled] of settled.entries()) {
      if (!isSettled) {
        await this.#settleLost(calls[index]);
      }
    }
    return calls.map(() => undefined);
  }

  /**
   * An outage of the database took the reservation away; the call was made all
   * the same. What no budget allows any more cannot be written down.
   */
  async #settleLost(call: Settling): Promise<void> {
    const { organizationId, requestId, usage } = call;
    const open = this.#open.get(requestId);
    const most = usage.amountMicros ?? open?.mostMicros;
    const answer =
      open && most !== undefined
        ? await persistently(() =>
            this.#ledger.reserve(organizationId, {
              ...open,
              leastMicros: most,
              mostMicros: most,
            }),
          )
        : undefined;
    if (answer?.outcome === 'reserved') {
      await persistently(() =>
        this.#ledger.settle(organizationId, requestId, usage),
      );
      return;
    }
    this.#logger.error(
      `The reservation of the call ${requestId} of a model was lost, and its cost of ${most ?? 'an unknown number of'} millionths is not in the ledger (${answer?.reason ?? 'unknown'})`,
    );
  }
}

function groupOf<Item, Answer>(
  groups: Map<string, GroupCommit<Item, Answer>>,
  key: string,
  run: (items: readonly Item[]) => Promise<Answer[]>,
  gatherMs = 0,
): GroupCommit<Item, Answer> {
  let group = groups.get(key);
  if (!group) {
    if (groups.size >= MAX_GROUPS) {
      // Groups that work go on; only those who come later start others.
      groups.clear();
    }
    group = new GroupCommit({ run, max: MAX_GROUP, concurrency: 1, gatherMs });
    groups.set(key, group);
  }
  return group;
}
