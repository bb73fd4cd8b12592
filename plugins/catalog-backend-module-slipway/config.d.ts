import { SchedulerServiceTaskScheduleDefinitionConfig } from '@backstage/backend-plugin-api';

export interface Config {
  catalog?: {
    providers?: {
      /** How databases of the portal get into the catalog. */
      slipwayDatabases?: {
        /**
         * How often all of them are read. Changes arrive by events; this makes up for a lost one.
         * Each 60 s unless given.
         */
        schedule?: SchedulerServiceTaskScheduleDefinitionConfig;
      };
    };
  };
}
