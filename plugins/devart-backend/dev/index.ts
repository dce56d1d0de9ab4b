import { createBackend } from '@backstage/backend-defaults';
import { rootHealthServiceFactory } from '@devart/plugin-devart-node';

/** The control plane by itself, as the benchmarks measure it. */
const backend = createBackend();
backend.add(rootHealthServiceFactory);
backend.add(import('../src'));
backend.start();
