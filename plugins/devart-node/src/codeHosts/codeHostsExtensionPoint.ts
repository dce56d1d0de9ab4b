import { createExtensionPoint } from '@backstage/backend-plugin-api';
import type { CodeHost } from './CodeHost';

/**
 * Where modules add systems that host repositories.
 * @public
 */
export interface DevartCodeHostsExtensionPoint {
  /** @throws Error when a host with the same id was added already. */
  addCodeHost(codeHost: CodeHost): void;
}

/** @public */
export const devartCodeHostsExtensionPoint =
  createExtensionPoint<DevartCodeHostsExtensionPoint>({
    id: 'devart.code-hosts',
  });
