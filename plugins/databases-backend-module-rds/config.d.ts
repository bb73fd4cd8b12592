export interface Config {
  databases?: {
    providers?: {
      /** Accounts and regions of AWS in which each database gets an RDS instance of its own. */
      rds?: Array<{
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
        /** @visibility backend */
        region: string;
        /**
         * A role of IAM, in another account too, that is assumed. Without one the portal's own credentials are used, which
         * come from where AWS' own clients find them.
         * @visibility backend
         */
        roleArn?: string;
        /**
         * Major version of Postgres, from 16 on; "18" when left out.
         * @visibility backend
         */
        version?: string;
        /**
         * The DB subnet group that instances are put into.
         * @visibility backend
         */
        subnetGroup: string;
        /**
         * VPC security groups that let the portal, applications and people in.
         * @visibility backend
         */
        securityGroups: string[];
        /**
         * A DB parameter group; that of RDS for the version when left out.
         * @visibility backend
         */
        parameterGroup?: string;
        /**
         * The key of KMS for storage and passwords; AWS' own for the account when left out. Storage is encrypted always.
         * @visibility backend
         */
        kmsKeyId?: string;
        /**
         * "gp3" when left out.
         * @visibility backend
         */
        storageType?: 'gp2' | 'gp3';
        /**
         * Whether a second instance in another zone stands by; false when left out.
         * @visibility backend
         */
        multiAz?: boolean;
        /**
         * Whether AWS refuses to delete an instance until the portal, in a removal, has said that it may; true when left out.
         * @visibility backend
         */
        deletionProtection?: boolean;
        /**
         * For how many days RDS keeps its own daily backups; 7 when left out, 0 for none.
         * @visibility backend
         */
        backupRetentionDays?: number | string;
        /**
         * Whether RDS keeps a last snapshot of what is removed; true when left out.
         * @visibility backend
         */
        finalSnapshot?: boolean;
        /**
         * The certificate authorities of RDS in PEM; those of the system when left out, which do not know RDS.
         * @visibility backend
         */
        ca?: string;
        /**
         * The folder of `pg_dump` and `pg_restore`, of the version or newer; the folders of the PATH when left out. There are no
         * backups where there are none.
         * @visibility backend
         */
        tools?: string;
        /**
         * Of the prices of the sizes, such as EUR.
         * @visibility backend
         */
        currency?: string;
        /** What each size is; those that are left out are not offered. */
        sizes: {
          [size in 'small' | 'medium' | 'large' | 'xlarge']?: {
            /**
             * For example db.t3.micro.
             * @visibility backend
             */
            instanceClass: string;
            /**
             * 20 when left out, which is the least; more when the size of the order is more.
             * @visibility backend
             */
            storageGiB?: number | string;
            /**
             * Unknown when left out.
             * @visibility backend
             */
            pricePerMonth?: number | string;
          };
        };
        /** Other addresses than AWS' own, for example of private endpoints. */
        endpoints?: {
          /** @visibility backend */
          rds?: string;
          /** @visibility backend */
          secretsManager?: string;
        };
        /**
         * How many sessions the portal has at most on each instance; 4 when left out.
         * @visibility backend
         */
        maxConcurrency?: number | string;
      }>;
    };
  };
}
