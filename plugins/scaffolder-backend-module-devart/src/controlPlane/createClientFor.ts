import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import {
  createDevartClient,
  type DevartClient,
} from '@devart/plugin-devart-common';
import type { ControlPlaneServices } from './ControlPlaneServices';

/** A client of the control plane that acts with the rights of somebody. */
export function createClientFor(
  services: Pick<ControlPlaneServices, 'auth' | 'discovery'>,
  credentials: BackstageCredentials,
): DevartClient {
  const { auth, discovery } = services;
  return createDevartClient({
    baseUrl: () => discovery.getBaseUrl('devart'),
    token: async () => {
      const { token } = await auth.getPluginRequestToken({
        onBehalfOf: credentials,
        targetPluginId: 'devart',
      });
      return token;
    },
  });
}
