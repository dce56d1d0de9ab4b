import { createExtensionPoint } from '@backstage/backend-plugin-api';
import type { TaskTransport } from './TaskTransport';

/**
 * Where modules add transports of tasks.
 * @public
 */
export interface DevartTaskTransportsExtensionPoint {
  /** @throws Error when a transport of the same id was added already. */
  addTransport(transport: TaskTransport): void;
}

/** @public */
export const devartTaskTransportsExtensionPoint =
  createExtensionPoint<DevartTaskTransportsExtensionPoint>({
    id: 'devart.task-transports',
  });
