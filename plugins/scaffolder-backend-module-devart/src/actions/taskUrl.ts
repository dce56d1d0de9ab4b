import type { Config } from '@backstage/config';

/** Where people see a task. */
export function taskUrl(config: Config, taskId: string): string {
  const baseUrl = config.getString('app.baseUrl').replace(/\/$/, '');
  return `${baseUrl}/devart/tasks/${taskId}`;
}
