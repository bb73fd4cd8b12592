export interface Config {
  databases?: {
    backups?: {
      /** The store `s3`. Credentials come from where AWS' own clients find them. */
      s3?: {
        /** @visibility backend */
        bucket: string;
        /** @visibility backend */
        region: string;
        /**
         * What names begin with; `slipway/` when left out.
         * @visibility backend
         */
        prefix?: string;
        /**
         * The address of a storage that is not AWS' own, or of a private endpoint.
         * @visibility backend
         */
        endpoint?: string;
        /**
         * Whether the bucket stands in the path of an address and not in its host, as most storage besides AWS' needs it.
         * @visibility backend
         */
        forcePathStyle?: boolean;
        /**
         * A key of KMS with which the storage encrypts what is sealed already.
         * @visibility backend
         */
        kmsKeyId?: string;
      };
    };
  };
}
