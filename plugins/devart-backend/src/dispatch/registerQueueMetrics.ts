import type { MetricsService } from '@backstage/backend-plugin-api/alpha';
import type { Claims } from './Claims';
import type { Dispatcher } from './Dispatcher';
import type { QueueDepth } from './QueueHealthStore';
import type { QueueWatch } from './QueueWatch';

/**
 * Sets of capabilities that get a line of their own in the metrics, those with
 * the longest queues first: labels come from what callers ask for, and a
 * monitor must not drown in them.
 */
const MAX_SETS = 100;

/** Tells the portal's metrics how the queue does. */
export function registerQueueMetrics(options: {
  metrics: MetricsService;
  watch: QueueWatch;
  dispatcher: Dispatcher;
  claims: Claims;
}): void {
  const { metrics, watch, dispatcher, claims } = options;

  const eachSet = (measure: (depth: QueueDepth) => number | undefined) => {
    const longest = [...watch.snapshot.depths]
      .sort((a, b) => b.ready + b.scheduled - a.ready - a.scheduled)
      .slice(0, MAX_SETS);
    return longest.flatMap(depth => {
      const value = measure(depth);
      const labels = {
        organization: depth.organization,
        capabilities: depth.capabilities.join(','),
      };
      return value === undefined ? [] : [{ value, labels }];
    });
  };
  const gauge = (
    name: string,
    unit: string,
    description: string,
    measure: (depth: QueueDepth) => number | undefined,
  ) =>
    metrics
      .createObservableGauge(name, { description, unit })
      .addCallback(result => {
        for (const { value, labels } of eachSet(measure)) {
          result.observe(value, labels);
        }
      });

  gauge(
    'devart.queue.ready',
    '{task}',
    'Tasks that may be claimed, by the capabilities they ask for',
    depth => depth.ready,
  );
  gauge(
    'devart.queue.scheduled',
    '{task}',
    'Queued tasks whose time has not come',
    depth => depth.scheduled,
  );
  gauge(
    'devart.queue.oldest',
    's',
    'How long the task that waits longest could have been claimed',
    ({ oldestReadyAt }) =>
      oldestReadyAt && (Date.now() - oldestReadyAt.getTime()) / 1000,
  );
  metrics
    .createObservableGauge('devart.database.oldest_transaction', {
      description:
        'Age of the oldest open transaction; claims slow down while one stays open',
      unit: 's',
    })
    .addCallback(result =>
      result.observe(watch.snapshot.oldestTransactionSeconds),
    );
  metrics
    .createObservableGauge('devart.queue.last_claim', {
      description:
        'Time since an agent last looked into the queue without an error',
      unit: 's',
    })
    .addCallback(result => {
      const { lastSuccessAt } = dispatcher.claimHealth();
      if (lastSuccessAt !== undefined) {
        result.observe((Date.now() - lastSuccessAt) / 1000);
      }
    });

  const waits = metrics.createHistogram('devart.task.wait', {
    description: 'From the moment a task could be claimed until it was',
    unit: 's',
  });
  claims.onClaimed(tasks => {
    for (const { priority, waitedSeconds } of tasks) {
      waits.record(waitedSeconds, { priority });
    }
  });
}
