import {
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
  type SchedulerServiceTaskScheduleDefinition,
} from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';

/** What `catalog.providers.devart` says, with defaults. */
export interface DevartProviderConfig {
  /** Owner of agents that have none, as an entity reference. */
  defaultOwner: string;
  /** When catalog and control plane are compared. */
  schedule: SchedulerServiceTaskScheduleDefinition;
}

const EVERY_HALF_MINUTE: SchedulerServiceTaskScheduleDefinition = {
  scope: 'global',
  frequency: { seconds: 30 },
  timeout: { minutes: 1 },
  initialDelay: { seconds: 3 },
};

/** @throws Error naming the key, when a value is wrong. */
export function readDevartProviderConfig(config: Config): DevartProviderConfig {
  const section = config.getOptionalConfig('catalog.providers.devart');
  return {
    defaultOwner: section?.getOptionalString('defaultOwner') ?? 'unknown',
    schedule: section?.has('schedule')
      ? readSchedulerServiceTaskScheduleDefinitionFromConfig(
          section.getConfig('schedule'),
        )
      : EVERY_HALF_MINUTE,
  };
}
