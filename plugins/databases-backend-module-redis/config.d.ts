export interface Config {
  databases?: {
    providers?: {
      /** Redis servers that several databases share. */
      redis?: Array<{
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
         * Version of the server without its last part; "7.2" when left out.
         * @visibility backend
         */
        version?: string;
        /** How the portal reaches the server, as the provisioner that `bootstrapServer` made. */
        connection: {
          /** @visibility backend */
          host: string;
          /**
           * 6379 when left out.
           * @visibility backend
           */
          port?: number | string;
          /** @visibility backend */
          user: string;
          /** @visibility secret */
          password: string;
          /**
           * TLS: `true` to check the server's certificate against the system's authorities. A server that can then also be reached
           * without TLS is refused.
           */
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
      }>;
    };
  };
}
