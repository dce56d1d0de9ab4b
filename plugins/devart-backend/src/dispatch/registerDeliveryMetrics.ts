import type { MetricsService } from '@backstage/backend-plugin-api/alpha';
import type { TaskTransports } from '../transports/TaskTransports';
import type { TaskStreams } from './streams/TaskStreams';

/** Tells the portal's metrics how tasks reach agents that do not ask for them. */
export function registerDeliveryMetrics(options: {
  metrics: MetricsService;
  streams: TaskStreams;
  transports: TaskTransports;
}): void {
  const { metrics, streams, transports } = options;

  metrics
    .createObservableGauge('devart.streams.open', {
      description: 'Streams of agents that this replica serves',
      unit: '{stream}',
    })
    .addCallback(result => result.observe(streams.open.size));
  const pushed = metrics.createCounter('devart.streams.tasks', {
    description: 'Tasks handed to streams',
    unit: '{task}',
  });
  streams.onPushed(tasks => pushed.add(tasks));

  metrics
    .createObservableGauge('devart.transport.connected', {
      description: '1 while the system outside can be reached, else 0',
    })
    .addCallback(result => {
      for (const { id, state } of transports.statuses()) {
        result.observe(state === 'connected' ? 1 : 0, { transport: id });
      }
    });
  const messages = metrics.createCounter('devart.transport.messages', {
    description:
      'Messages for queued tasks; those that were not confirmed are published again',
    unit: '{message}',
  });
  transports.onPublished(({ transport, messages: count, confirmed }) =>
    messages.add(count, { transport, confirmed }),
  );
}
