import { createBackend } from '@backstage/backend-defaults';
import { rootHealthServiceFactory } from '@devart/plugin-devart-node';

/** The control plane by itself, as the benchmarks measure it. */
const backend = createBackend();
backend.add(rootHealthServiceFactory);
backend.add(import('../src'));
// Does nothing unless a broker is configured.
backend.add(import('@devart/plugin-devart-backend-module-rabbitmq'));
backend.start();
