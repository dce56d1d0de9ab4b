import type { Config } from '@backstage/config';

/** Where people see something of the control plane: `runs/<id>`, for example. */
export function portalUrl(config: Config, path: string): string {
  const baseUrl = config.getString('app.baseUrl').replace(/\/$/, '');
  return `${baseUrl}/devart/${path}`;
}
