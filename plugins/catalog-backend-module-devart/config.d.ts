import type { SchedulerServiceTaskScheduleDefinitionConfig } from '@backstage/backend-plugin-api';

export interface Config {
  catalog?: {
    providers?: {
      devart?: {
        /**
         * Who owns an agent in the catalog when nobody is named as its owner,
         * as an entity reference. Default `unknown`.
         */
        defaultOwner?: string;
        /**
         * How often catalog and control plane are compared. Default every 30
         * seconds; changes made in the control plane arrive at once.
         */
        schedule?: SchedulerServiceTaskScheduleDefinitionConfig;
      };
    };
  };
}
