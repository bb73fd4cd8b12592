export interface Config {
  databases?: {
    /** Where databases can be ordered, in the order in which people see them. */
    environments?: Array<{
      /**
       * Lowercase letters, digits and hyphens, at most 22.
       * @visibility backend
       */
      name: string;
      /** @visibility backend */
      title: string;
    }>;
    /** What each size stands for; a size that is left out is not offered. */
    sizes?: {
      [size: string]: {
        /** @visibility backend */
        storageGiB: number;
        /** @visibility backend */
        connectionLimit: number;
        /**
         * 0 for no limit.
         * @visibility backend
         */
        statementTimeoutSeconds: number;
        /**
         * What a team is charged a month.
         * @visibility backend
         */
        pricePerMonth?: number;
        /**
         * ISO 4217, for example EUR.
         * @visibility backend
         */
        currency?: string;
      };
    };
    /** Where the passwords of applications are kept. */
    secrets?: {
      /**
       * `sealed` (in the portal's own Postgres) when left out; a module brings each other one: `kubernetes`, `aws`, `vault`.
       * @visibility backend
       */
      store?: string;
      /**
       * Stores that were used before: what they hold is read and forgotten there, and nothing new is written to them.
       * @visibility backend
       */
      previous?: string[];
    };
    /** Needed unless `secrets` names other stores only. */
    sealing?: {
      /** The first seals, all open. To rotate: add the new key last everywhere, then put it first, see the documentation of secrets. */
      keys: Array<{
        /** @visibility backend */
        id: string;
        /**
         * 32 bytes in base64.
         * @visibility secret
         */
        key: string;
      }>;
    };
    personalLogins?: {
      /**
       * 8 when left out.
       * @visibility backend
       */
      defaultHours?: number;
      /**
       * 72 when left out; 720 at most.
       * @visibility backend
       */
      maxHours?: number;
      /**
       * Environments in which people may get a login that makes and changes tables; `[development]` when left out. Elsewhere
       * the application does that when it is deployed.
       * @visibility backend
       */
      schemaAccessIn?: string[];
    };
    /** Which orders wait until somebody has approved; every entry that fits an order counts. */
    approvals?: Array<{
      /**
       * One of `environments`.
       * @visibility backend
       */
      environment: string;
      /** @visibility backend */
      sizes: string[];
      /**
       * Groups whose members decide.
       * @visibility backend
       */
      groups: string[];
      /**
       * How many of them have to approve; 1 when left out.
       * @visibility backend
       */
      required?: number;
    }>;
    /**
     * How many databases each group may have. Of the entries that fit an order the first counts: put exceptions before the
     * rule.
     */
    quotas?: Array<{
      /**
       * Groups that it is for, each for itself; every group when left out.
       * @visibility backend
       */
      owners?: string[];
      /**
       * Environments that are counted together; all when left out.
       * @visibility backend
       */
      environments?: string[];
      /**
       * Engines that are counted together; all when left out.
       * @visibility backend
       */
      engines?: string[];
      /** @visibility backend */
      databases?: number;
      /**
       * Of what is ordered, not of what is in use.
       * @visibility backend
       */
      storageGiB?: number;
      /** Who lets more through. What is beyond the quota is refused when left out. */
      approval?: {
        /** @visibility backend */
        groups: string[];
        /**
         * How many of them have to approve; 1 when left out.
         * @visibility backend
         */
        required?: number;
      };
    }>;
    /** How long databases go. Without it they go for ever, unless an order says until when. */
    expiry?: {
      /**
       * How many days before its end owners are reminded, once each; `[14, 3, 1]` when left out. From the first on it is marked.
       * @visibility backend
       */
      remindDays?: number[];
      environments?: Array<{
        /**
         * One of `environments`.
         * @visibility backend
         */
        environment: string;
        /**
         * How long an order goes that says nothing; `maxDays` when left out.
         * @visibility backend
         */
        defaultDays?: number;
        /**
         * The longest that may be asked for, with an order or an extension, from then on; without a limit when left out.
         * @visibility backend
         */
        maxDays?: number;
      }>;
    };
    deletion?: {
      /**
       * How long the data of a deleted database is kept before it may be purged; 168 when left out.
       * @visibility backend
       */
      graceHours?: number;
      /**
       * Environments in which nothing is deleted while something depends on it or is connected; none when left out. Elsewhere
       * the name and a word have to be typed then.
       * @visibility backend
       */
      refuseInUseIn?: string[];
    };
    /** Backups of databases. None are taken when left out, or when the store is `folder` and no path is given. */
    backups?: {
      /**
       * Where their files are kept. `folder` when left out; a module brings each other one.
       * @visibility backend
       */
      store?: string;
      /**
       * Who can open each file without the portal: recipients of age (`age1…`), whose identities are kept elsewhere; 5 at most.
       * What they get is that a backup outlives the loss of the portal and its secrets.
       * @visibility backend
       */
      recipients?: string[];
      /** Needed for the store `folder`. */
      folder?: {
        /**
         * A folder that all replicas see, and that is not on the disk of the servers whose databases are backed up.
         * @visibility backend
         */
        path?: string;
      };
      /**
       * How long what was asked for is kept, in days; 30 when left out.
       * @visibility backend
       */
      keepDays?: number;
      /**
       * How long the last backup of a deleted database is kept, in days; 90 when left out.
       * @visibility backend
       */
      finalKeepDays?: number;
      /** Of which databases backups are taken without being asked for. Each entry counts for itself. */
      schedule?: Array<{
        /**
         * Some of `environments`.
         * @visibility backend
         */
        environments: string[];
        /**
         * 24 when left out.
         * @visibility backend
         */
        everyHours?: number;
        /**
         * 30 when left out.
         * @visibility backend
         */
        keepDays?: number;
      }>;
    };
    /** When owners are told how a database is used. Defaults hold for what is left out. */
    health?: {
      /**
       * How often each is looked at; 5 when left out.
       * @visibility backend
       */
      everyMinutes?: number;
      /** In per cent of what was ordered. */
      storage?: {
        /**
         * 80 when left out.
         * @visibility backend
         */
        warning?: number;
        /**
         * 95 when left out.
         * @visibility backend
         */
        critical?: number;
      };
      /**
       * Sessions, in per cent of the limit; 80 when left out.
       * @visibility backend
       */
      connections?: number;
      /**
       * In per cent of reads; told when fewer find their data in memory. 90 when left out.
       * @visibility backend
       */
      cacheHit?: number;
      /**
       * Told when storage is full within so many days; 14 when left out.
       * @visibility backend
       */
      daysToFull?: number;
      /**
       * After how many days without a session of an application or a person a database is idle; 14 when left out.
       * @visibility backend
       */
      idleDays?: number;
      /**
       * How long measurements are kept, in days; 400 when left out.
       * @visibility backend
       */
      keepDays?: number;
    };
    /** How logins of applications are replaced. */
    rotation?: {
      /**
       * How long the former login works at least, and can be given back; 24 when left out.
       * @visibility backend
       */
      undoHours?: number;
      /**
       * How long nobody must have been seen with the former login before it is turned off, at least; 1 when left out. It is
       * longer for one that was left unused for longer before.
       * @visibility backend
       */
      quietHours?: number;
      /**
       * When the former login is turned off where the server does not tell who uses it; 24 when left out.
       * @visibility backend
       */
      graceHours?: number;
      /**
       * After how long the owner is told who still uses the former login, and how often again; 72 when left out.
       * @visibility backend
       */
      tellAfterHours?: number;
      /** Which logins are replaced without being asked for. None when left out. */
      schedule?: Array<{
        /**
         * Some of `environments`; each in one entry only.
         * @visibility backend
         */
        environments: string[];
        /**
         * How old a login gets at most.
         * @visibility backend
         */
        everyDays: number;
        /**
         * Up to which part of that time it is replaced sooner, so that not all are due at once; 0.1 when left out.
         * @visibility backend
         */
        jitter?: number;
      }>;
    };
    /** Who is told of each transition, as CloudEvents. */
    events?: {
      /**
       * The `source` of events; the address of the databases service when left out.
       * @visibility backend
       */
      source?: string;
      /** Where they are sent by HTTP. Addresses come from here only. */
      sinks?: Array<{
        /**
         * Lowercase letters, digits and hyphens. Never change it: how far it was sent is kept under it.
         * @visibility backend
         */
        id: string;
        /**
         * Begins with https://, or names this machine.
         * @visibility backend
         */
        url: string;
        /**
         * Types, or beginnings that end with `*`; all when left out.
         * @visibility backend
         */
        types?: string[];
        /**
         * Signs each event, as the Standard Webhooks specification says; 24 characters at least.
         * @visibility secret
         */
        secret?: string;
        /**
         * Sent as a bearer token.
         * @visibility secret
         */
        token?: string;
        /**
         * How long it has to answer; 10 when left out, 20 at most.
         * @visibility backend
         */
        timeoutSeconds?: number;
        /**
         * Events that are older are left out; 72 when left out.
         * @visibility backend
         */
        maxAgeHours?: number;
        /**
         * When it is further behind, the oldest are left out; 100000 when left out.
         * @visibility backend
         */
        maxBehind?: number;
      }>;
    };
    /** How long what is over is kept, in days, 1 at least. Nothing of a database that exists is ever removed. */
    retention?: {
      /**
       * Events for other systems, once all of those have acknowledged them; 7 when left out.
       * @visibility backend
       */
      outboxDays?: number;
      /**
       * Timelines and operations of deleted databases; 400 when left out.
       * @visibility backend
       */
      deletedDatabasesDays?: number;
      /**
       * Who held personal logins that have ended; 400 when left out.
       * @visibility backend
       */
      endedLoginsDays?: number;
    };
  };
}
