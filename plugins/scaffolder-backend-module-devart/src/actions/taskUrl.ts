import type { Config } from '@backstage/config';
import { portalUrl } from './portalUrl';

/** Where people see a task. */
export function taskUrl(config: Config, taskId: string): string {
  return portalUrl(config, `tasks/${taskId}`);
}
