export interface Config {
  databases?: {
    providers?: {
      /** APIs of teams that hand out databases. */
      example?: Array<{
        /**
         * Unique among all providers and stable: databases remember it. Lowercase
         * letters, digits and hyphens.
         * @visibility backend
         */
        id: string;
        /**
         * What people see.
         * @visibility backend
         */
        title: string;
        /**
         * Names of the environments that it serves.
         * @visibility backend
         */
        environments: string[];
        /**
         * Where the API is, without a slash at the end.
         * @visibility backend
         */
        url: string;
        /** @visibility secret */
        token: string;
      }>;
    };
  };
}
