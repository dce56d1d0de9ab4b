import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';

/** What the actions need of the backend to reach the control plane. */
export interface ControlPlaneServices {
  auth: AuthService;
  config: Config;
  discovery: DiscoveryService;
}
