export interface Config {
  databases?: {
    secrets?: {
      /** The store `aws`. Credentials come from where AWS' own clients find them. */
      aws?: {
        /** @visibility backend */
        region: string;
        /**
         * What names begin with; `slipway/` when left out.
         * @visibility backend
         */
        prefix?: string;
        /**
         * A key of KMS that encrypts the values; AWS' own for the account when left out.
         * @visibility backend
         */
        kmsKeyId?: string;
        /**
         * Another address than AWS' own, for example of a private endpoint.
         * @visibility backend
         */
        endpoint?: string;
      };
    };
  };
}
