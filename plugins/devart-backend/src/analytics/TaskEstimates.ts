import type { CostEstimate } from '@devart/plugin-devart-common';
import type { Transaction } from '../database/Transaction';
import type { EstimatesService } from './EstimatesService';
import type { EstimateStore } from './EstimateStore';

/** A task adds so little to what is known that an estimate is good for a while. */
const GOOD_FOR_MS = 30_000;
const MOST_REMEMBERED = 2000;

interface Remembered {
  estimate?: CostEstimate;
  until: number;
}

/** A task that was just made. */
export interface MadeTask {
  id: string;
  type: string;
}

/**
 * Keeps with each new task what it is expected to cost. Tasks of an organisation
 * in which nothing costs anything cost nothing here either: what is known is
 * looked up twice a minute for each type, not for each task.
 */
export class TaskEstimates {
  readonly #estimates: EstimatesService;
  readonly #store: EstimateStore;
  readonly #remembered = new Map<string, Remembered>();

  constructor(options: { estimates: EstimatesService; store: EstimateStore }) {
    this.#estimates = options.estimates;
    this.#store = options.store;
  }

  /** Part of the transaction that makes the tasks. */
  async keep(
    tx: Transaction,
    organizationId: string,
    tasks: readonly MadeTask[],
  ): Promise<void> {
    const types = new Set(tasks.map(({ type }) => type));
    const known = [...types].map(type => this.#recall(organizationId, type));
    if (known.every(entry => entry && !entry.estimate)) {
      return;
    }
    await tx.elevated(async () => {
      const estimates = new Map<string, CostEstimate | undefined>();
      for (const type of types) {
        estimates.set(type, await this.#estimateOf(tx, organizationId, type));
      }
      const found = tasks.flatMap(({ id, type }) => {
        const estimate = estimates.get(type);
        return estimate ? [{ taskId: id, type, estimate }] : [];
      });
      if (found.length > 0) {
        await this.#store.insert(tx, organizationId, found);
      }
    });
  }

  #recall(organizationId: string, type: string): Remembered | undefined {
    const entry = this.#remembered.get(`${organizationId} ${type}`);
    return entry && entry.until > Date.now() ? entry : undefined;
  }

  async #estimateOf(
    tx: Transaction,
    organizationId: string,
    type: string,
  ): Promise<CostEstimate | undefined> {
    const recalled = this.#recall(organizationId, type);
    if (recalled) {
      return recalled.estimate;
    }
    const estimate = await this.#estimates.estimateIn(tx, organizationId, type);
    if (this.#remembered.size >= MOST_REMEMBERED) {
      this.#remembered.clear();
    }
    this.#remembered.set(`${organizationId} ${type}`, {
      estimate,
      until: Date.now() + GOOD_FOR_MS,
    });
    return estimate;
  }
}
