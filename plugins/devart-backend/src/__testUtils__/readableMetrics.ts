import {
  createServiceFactory,
  type BackendFeature,
} from '@backstage/backend-plugin-api';
import { metricsServiceRef } from '@backstage/backend-plugin-api/alpha';
import { metricsServiceMock } from '@backstage/backend-test-utils/alpha';

type Observed = { name: string; value: number; labels?: unknown };

/** Metrics that can be read as a monitor would. */
export function readableMetrics() {
  const metrics = metricsServiceMock.mock();
  const gauges = new Map<string, (result: unknown) => unknown>();
  const recorded: Observed[] = [];
  metrics.createObservableGauge.mockImplementation(name => ({
    addCallback: callback =>
      gauges.set(name, callback as (result: unknown) => unknown),
    removeCallback: () => gauges.delete(name),
  }));
  metrics.createHistogram.mockImplementation(name => ({
    record: (value, labels) => recorded.push({ name, value, labels }),
  }));
  metrics.createCounter.mockImplementation(name => ({
    add: (value, labels) => recorded.push({ name, value, labels }),
  }));
  const feature: BackendFeature = createServiceFactory({
    service: metricsServiceRef,
    deps: {},
    factory: () => metrics,
  });
  const read = async (name: string) => {
    const observed: Observed[] = [];
    await gauges.get(name)!({
      observe: (value: number, labels?: unknown) =>
        observed.push({ name, value, labels }),
    });
    return observed;
  };
  return { feature, read, recorded };
}
