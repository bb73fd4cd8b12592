export interface Config {
  permission?: {
    slipway?: {
      /**
       * Entity refs of the users and groups that may do everything, for example
       * `group:default/platform-team`. Without any, nobody administers the portal.
       * @visibility backend
       */
      administrators?: string[];
      /**
       * Who may do what, beside what everyone, owners and administrators may; see docs/permissions.md. A role that cannot be
       * read keeps the portal from starting.
       */
      roles?: Array<{
        /**
         * In lower case with hyphens. `everyone`, `owners` and `creator` are built in: of them `permissions` are added and
         * those of `without` taken away.
         * @visibility backend
         */
        name: string;
        /**
         * What people read. The name when missing.
         * @visibility backend
         */
        title?: string;
        /** @visibility backend */
        description?: string;
        /**
         * Entity refs of groups that are in the role. A bare name is one of `group:default`.
         * @visibility backend
         */
        groups?: string[];
        /**
         * Entity refs of users that are in the role.
         * @visibility backend
         */
        users?: string[];
        /**
         * Whole names of permissions, for example `databases.database.update`.
         * @visibility backend
         */
        permissions?: string[];
        /**
         * Only for roles that are built in: permissions that they lose.
         * @visibility backend
         */
        without?: string[];
        /**
         * Only for things in one of these environments. Everywhere when missing.
         * @visibility backend
         */
        environments?: string[];
        /**
         * Only for things that one of these groups or users owns. Everybody's when missing.
         * @visibility backend
         */
        owners?: string[];
      }>;
    };
  };
}
