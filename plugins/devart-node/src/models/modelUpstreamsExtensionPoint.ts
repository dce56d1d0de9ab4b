import { createExtensionPoint } from '@backstage/backend-plugin-api';
import type { ModelUpstream } from './ModelUpstream';

/**
 * Where modules add providers of models to the gateway. What the configuration
 * says under the upstream's id (fallback, prices, limits) applies to it, too.
 * @public
 */
export interface DevartModelUpstreamsExtensionPoint {
  /** @throws Error when an upstream of the same id was added already. */
  addUpstream(upstream: ModelUpstream): void;
}

/** @public */
export const devartModelUpstreamsExtensionPoint =
  createExtensionPoint<DevartModelUpstreamsExtensionPoint>({
    id: 'devart.model-upstreams',
  });
