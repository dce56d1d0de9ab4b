import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { BudgetAlertKind } from '@devart/plugin-devart-common';
import type { Organizations } from '../access/Organizations';
import type { Database } from '../database/Database';
import { Loop } from '../loops/Loop';
import type { EventLog, NewEvent } from '../outbox/EventLog';
import type { AlertRow, AlertStore } from './AlertStore';
import type { MovedListener } from './LedgerService';
import { budgetOf, toAlert } from './toAlert';

/** What was charged meanwhile is looked at together. */
const COALESCE_MS = 200;
/** For what another replica charged before it died. */
const BACKSTOP_MS = 15_000;
const BATCH = 200;

const TOPICS: Record<BudgetAlertKind, string> = {
  threshold: 'budget.threshold',
  exhausted: 'budget.exhausted',
  forecast: 'budget.forecast',
  suspended: 'service.suspended',
  delegated: 'service.delegated',
};

/**
 * Finds budgets that have come to a part of their limit, and publishes what
 * they and services have to tell: each alert once, in the transaction that
 * marks it as published, whichever replica looks.
 */
export class BudgetWatch {
  readonly loop: Loop;
  readonly #database: Database;
  readonly #store: AlertStore;
  readonly #events: EventLog;
  readonly #organizations: Organizations;
  readonly #refused = new Set<string>();

  constructor(options: {
    database: Database;
    store: AlertStore;
    events: EventLog;
    organizations: Organizations;
    logger: LoggerService;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#events = options.events;
    this.#organizations = options.organizations;
    this.loop = new Loop({
      name: 'budget watch',
      logger: options.logger,
      intervalMs: BACKSTOP_MS,
      round: signal => this.#look(signal),
    });
  }

  /** Looks soon, since money has moved. */
  readonly moved: MovedListener = ({ refusedBy }) => {
    if (refusedBy !== undefined) {
      this.#refused.add(refusedBy);
    }
    this.loop.wake();
  };

  async #look(signal: AbortSignal): Promise<'again' | void> {
    // Fails only when the loop is stopped; another replica looks then.
    await sleep(COALESCE_MS, undefined, { signal }).catch(() => undefined);
    const refused = [...this.#refused];
    const published = await this.#database.asSystem(
      'system:budgets',
      async tx => {
        await this.#store.raise(tx, refused);
        const alerts = await this.#store.takeUnpublished(tx, BATCH);
        await this.#events.append(
          tx,
          alerts.map(alert => this.#eventOf(alert)),
        );
        return alerts.length;
      },
    );
    for (const id of refused) {
      this.#refused.delete(id);
    }
    return published === BATCH ? 'again' : undefined;
  }

  #eventOf(row: AlertRow): NewEvent {
    const { currency } = this.#organizations.byId(row.organization_id);
    const isService = row.kind === 'suspended' || row.kind === 'delegated';
    return {
      organizationId: row.organization_id,
      topic: TOPICS[row.kind],
      subject: {
        kind: isService ? 'service' : 'budget',
        id: row.subject_id,
        name: isService ? (row.service_title ?? row.subject_id) : budgetOf(row),
      },
      detail: toAlert(row, currency).message,
      payload: { alertId: row.id, ...row.detail },
    };
  }
}
