export interface Config {
  scaffolder?: {
    slipway?: {
      /**
       * The organisations and groups on git hosts in which templates may create
       * repositories; the form offers these. Any when not set.
       * @visibility backend
       */
      owners?: string[];
      /**
       * How long a task waits for a database, in seconds, before it ends as
       * "ordered". Default: 120.
       * @visibility backend
       */
      databaseWaitSeconds?: number;
      /** The files of running tasks, kept in Postgres for their recovery. */
      workspace?: {
        /**
         * The most that one task may hold, in MiB before compression.
         * Default: 100.
         * @visibility backend
         */
        maxSizeMiB?: number;
        /**
         * How long the files of a task without success are kept, in days.
         * Default: 7.
         * @visibility backend
         */
        retentionDays?: number;
      };
    };
  };
}
