export interface Config {
  databases?: {
    secrets?: {
      /** The store `vault`: the KV engine, version 2, of Vault or OpenBao. Give a token or the file of one. */
      vault?: {
        /**
         * The server's address, for example https://vault.example.com:8200.
         * @visibility backend
         */
        address: string;
        /**
         * A token that somebody renews.
         * @visibility secret
         */
        token?: string;
        /**
         * A file with the token, read again for each call, as an agent of Vault keeps it.
         * @visibility backend
         */
        tokenFile?: string;
        /**
         * A namespace of Vault Enterprise or OpenBao.
         * @visibility backend
         */
        namespace?: string;
        /**
         * Where the engine is mounted; `secret` when left out.
         * @visibility backend
         */
        mount?: string;
        /**
         * The folder of our secrets in it; `slipway` when left out.
         * @visibility backend
         */
        prefix?: string;
      };
    };
  };
}
