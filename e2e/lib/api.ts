import type { APIRequestContext } from '@playwright/test';
import {
  createDevartClient,
  type DevartClient,
} from '@devart/plugin-devart-common';
import type { GuestName } from './guests';

/** Where the back end of the tested portal listens. */
export const backendUrl =
  process.env.DEVART_E2E_BACKEND_URL ?? 'http://localhost:7007';

/** A client of the control plane in the name of a guest. */
export async function clientOf(
  request: APIRequestContext,
  guest: GuestName,
): Promise<DevartClient> {
  const response = await request.get(`${backendUrl}/api/auth/guests/refresh`, {
    headers: { 'x-devart-guest': `user:default/${guest}` },
  });
  const { backstageIdentity } = await response.json();
  return createDevartClient({
    baseUrl: `${backendUrl}/api/devart`,
    token: backstageIdentity.token,
  });
}
