export interface Config {
  databases?: {
    providers?: {
      /** Postgres servers that several databases share. */
      postgres?: Array<{
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
         * Major version of the server; "18" when left out.
         * @visibility backend
         */
        version?: string;
        /** How the portal reaches the server, as the provisioner that `bootstrapServer` made. */
        connection: {
          /** @visibility backend */
          host: string;
          /**
           * 5432 when left out.
           * @visibility backend
           */
          port?: number | string;
          /** @visibility backend */
          user: string;
          /** @visibility secret */
          password: string;
          /** TLS: `true` to check the server's certificate against the system's authorities. */
          ssl?:
            | boolean
            | {
                /**
                 * Certificate authority in PEM.
                 * @visibility backend
                 */
                ca?: string;
                /** @visibility backend */
                rejectUnauthorized?: boolean;
              };
        };
        /**
         * How applications and people reach the server; `connection.host` when left out.
         * @visibility backend
         */
        publicHost?: string;
        /** @visibility backend */
        publicPort?: number | string;
        /**
         * Whether its disks are encrypted, which only its operator knows. Policies judge by it; where it is left out they do not.
         * @visibility backend
         */
        encrypted?: boolean;
        /**
         * Whether it has a standby that takes over by itself. As with `encrypted`.
         * @visibility backend
         */
        highAvailability?: boolean;
        /**
         * How many databases are worked on at the same time; 4 when left out.
         * @visibility backend
         */
        maxConcurrency?: number | string;
        /**
         * The folder of `pg_dump` and `pg_restore`, of the server's major version or newer; the folders of the PATH when left out.
         * There are no backups where there are none.
         * @visibility backend
         */
        tools?: string;
        /** The server has one table of locks for all databases: sessions of one that takes too much of it are ended. */
        locks?: {
          /**
           * How many locks all sessions of one database may hold together; a quarter of the table when left out, which is
           * `max_locks_per_transaction` by `max_connections`.
           * @visibility backend
           */
          perDatabase?: number | string;
          /**
           * From which time in ten minutes on a database is suspended whose application had sessions ended for it, or a
           * person's login is revoked; 3 when left out, 0 for never.
           * @visibility backend
           */
          suspendAfter?: number | string;
        };
      }>;
    };
  };
}
