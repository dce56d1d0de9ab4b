import type { Transaction } from '../database/Transaction';
import type { Dispatcher } from './Dispatcher';
import type { QueueHealthStore } from './QueueHealthStore';
import type { QueueWatch } from './QueueWatch';

/** From where it is known how the queue does. */
export interface QueueSources {
  store: QueueHealthStore;
  watch: QueueWatch;
  dispatcher: Dispatcher;
}

/** How the queue of an organisation does, as the command centre shows it. */
export async function healthOfQueue(
  tx: Transaction,
  organizationId: string,
  sources: QueueSources,
) {
  const { store, watch, dispatcher } = sources;
  const alerts = await store.alerts(tx, organizationId);
  const { lastSuccessAt } = dispatcher.claimHealth();
  return {
    alerts: alerts.map(alert => ({
      ...alert,
      oldestReadyAt: alert.oldestReadyAt?.toISOString(),
      since: alert.since.toISOString(),
    })),
    lastClaimAt:
      lastSuccessAt === undefined
        ? undefined
        : new Date(lastSuccessAt).toISOString(),
    oldestTransactionSeconds: watch.snapshot.oldestTransactionSeconds,
  };
}

/**
 * What is wrong with claims, for readiness: nothing while nobody claims, and
 * nothing while the last claim went well.
 */
export function claimProblemsOf(
  dispatcher: Dispatcher,
  staleAfterMs: number,
): string[] {
  const { failing } = dispatcher.claimHealth();
  const ms = failing ? Date.now() - failing.since : 0;
  return failing && ms > staleAfterMs
    ? [
        `no claim has succeeded for ${Math.round(ms / 1000)} s: ${failing.error}`,
      ]
    : [];
}
