import { SchedulerServiceTaskScheduleDefinitionConfig } from '@backstage/backend-plugin-api';

export interface Config {
  catalog?: {
    locations?: Array<{
      /**
       * Lets the targets of a Location in this file, or in files of its repository that it leads to, lie in any repository, private ones
       * too. All who may write to that repository then decide what the portal's account reads and shows to everybody. Without
       * it files lead to their own repository, and to `catalog.slipway.openSources`. Files on the portal's disk (`type: file`) need
       * it not.
       * @visibility backend
       */
      leadsAnywhere?: boolean;
    }>;
    slipway?: {
      /**
       * Addresses of repositories, owners or hosts that everybody who signs in may read, such as https://github.com/acme. The
       * catalog reads with the portal's own account and shows what it has read to all: files may lead only to these, besides
       * their own repository.
       * @visibility backend
       */
      openSources?: string[];
      /**
       * Hosts on which people's accounts are called as they are in the catalog, such as git.example.com. Elsewhere the annotation
       * `<host>/user-login` of a User says what their account is called.
       * @visibility backend
       */
      namesAreLogins?: string[];
    };
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
