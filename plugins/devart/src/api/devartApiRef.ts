import { createApiRef } from '@backstage/core-plugin-api';
import type { DevartClient } from '@devart/plugin-devart-common';

/**
 * What the pages ask the control plane with: a method for every operation.
 * Replace it to reach a control plane that lives elsewhere. @public
 */
export type DevartApi = DevartClient;

/** The API ref of {@link DevartApi}. @public */
export const devartApiRef = createApiRef<DevartApi>({ id: 'plugin.devart' });
