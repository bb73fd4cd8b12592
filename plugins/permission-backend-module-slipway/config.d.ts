export interface Config {
  permission?: {
    slipway?: {
      /**
       * Entity refs of the users and groups that may do everything, for example
       * `group:default/platform-team`. Without any, nobody administers the portal.
       * @visibility backend
       */
      administrators?: string[];
    };
  };
}
