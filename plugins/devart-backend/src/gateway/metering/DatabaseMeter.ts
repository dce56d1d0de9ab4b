import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Database } from '../../database/Database';
import { GroupCommit } from '../../database/GroupCommit';
import { isRetryableTransactionError } from '../../database/databaseErrors';
import type { Meter, Reservation, Reserving, Settling } from './Meter';
import type { MeterStore, ReserveAnswer } from './MeterStore';

const ACTOR = 'system:gateway';

/** Calls in one transaction. */
const MAX_GROUP = 64;

/** Those who lose races for the last of a budget try again so often. */
const MAX_TRIES = 6;

const MAX_GROUPS = 5000;

function toReservation(answer: ReserveAnswer): Reservation {
  return answer.reserved
    ? {
        reserved: true,
        reservedMicros: answer.reservedMicros!,
        remainingMicros: answer.remainingMicros ?? undefined,
      }
    : {
        reserved: false,
        reason: answer.reason!,
        budgetId: answer.budgetId ?? undefined,
        remainingMicros: answer.remainingMicros ?? undefined,
        neededMicros: answer.neededMicros,
        fallbackId: answer.fallbackId ?? undefined,
        onExhausted: answer.onExhausted ?? 'reject',
      };
}

/**
 * Counts in the database. Calls that count against the same budgets at the same
 * moment share a transaction: they lock the same rows in the same order as one
 * of them would alone. Others go apart.
 */
export class DatabaseMeter implements Meter {
  readonly #database: Database;
  readonly #store: MeterStore;
  readonly #logger: LoggerService;
  readonly #reserving = new Map<string, GroupCommit<Reserving, Reservation>>();
  readonly #settling = new Map<string, GroupCommit<Settling, void>>();
  /** Who is charged for what is not settled yet. */
  readonly #open = new Map<string, { key: string; reserving: Reserving }>();

  constructor(options: {
    database: Database;
    store: MeterStore;
    logger: LoggerService;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#logger = options.logger;
  }

  async reserve(reserving: Reserving): Promise<Reservation> {
    const { organizationId, serviceId, attribution } = reserving;
    const key = JSON.stringify([
      organizationId,
      serviceId,
      attribution.agentId,
      attribution.team,
      attribution.workflowId,
      attribution.runId,
    ]);
    const group = this.#groupOf(this.#reserving, key, calls =>
      this.#reserveAll(calls),
    );
    const [reservation] = await group.add([reserving]);
    if (reservation.reserved) {
      this.#open.set(reserving.requestId, { key, reserving });
    }
    return reservation;
  }

  async settle(settling: Settling): Promise<void> {
    const key = this.#open.get(settling.requestId)?.key ?? settling.requestId;
    const group = this.#groupOf(this.#settling, key, calls =>
      this.#settleAll(calls),
    );
    await group.add([settling]);
    this.#open.delete(settling.requestId);
  }

  async release(
    reservation: Pick<Reserving, 'organizationId' | 'requestId'>,
  ): Promise<void> {
    await this.#persistently(() =>
      this.#database.asSystem(ACTOR, tx =>
        this.#store.release(tx, reservation),
      ),
    );
    this.#open.delete(reservation.requestId);
  }

  #groupOf<Item, Answer>(
    groups: Map<string, GroupCommit<Item, Answer>>,
    key: string,
    run: (items: readonly Item[]) => Promise<Answer[]>,
  ): GroupCommit<Item, Answer> {
    let group = groups.get(key);
    if (!group) {
      if (groups.size >= MAX_GROUPS) {
        // Groups that work go on; only those who come later start others.
        groups.clear();
      }
      group = new GroupCommit({ run, max: MAX_GROUP, concurrency: 1 });
      groups.set(key, group);
    }
    return group;
  }

  async #reserveAll(calls: readonly Reserving[]): Promise<Reservation[]> {
    const answers = await this.#persistently(() =>
      this.#database.asSystem(ACTOR, tx => this.#store.reserve(tx, calls)),
    );
    return answers.map(toReservation);
  }

  async #settleAll(calls: readonly Settling[]): Promise<void[]> {
    const lost = await this.#persistently(() =>
      this.#database.asSystem(ACTOR, async tx => {
        const answers = await this.#store.settle(tx, calls);
        return calls.filter((_, index) => !answers[index].settled);
      }),
    );
    for (const call of lost) {
      await this.#settleLost(call);
    }
    return calls.map(() => undefined);
  }

  /**
   * An outage of the database took the reservation away; the call was made all
   * the same. What no budget allows any more cannot be written down.
   */
  async #settleLost(call: Settling): Promise<void> {
    const open = this.#open.get(call.requestId);
    if (!open) {
      this.#logger.error(
        `The call ${call.requestId} of a model was neither reserved nor settled; ${call.amountMicros ?? 'an unknown number of'} micros are missing in the ledger`,
      );
      return;
    }
    const most = call.amountMicros ?? open.reserving.mostMicros;
    const [reservation] = await this.#reserveAll([
      { ...open.reserving, leastMicros: most, mostMicros: most },
    ]);
    if (reservation.reserved) {
      await this.#persistently(() =>
        this.#database.asSystem(ACTOR, tx => this.#store.settle(tx, [call])),
      );
    } else {
      this.#logger.error(
        `The reservation of the call ${call.requestId} of a model was lost and no budget allows its cost of ${most} micros any more (${reservation.reason})`,
      );
    }
  }

  async #persistently<T>(work: () => Promise<T>): Promise<T> {
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
}
