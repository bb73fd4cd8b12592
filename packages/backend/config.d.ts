export interface Config {
  /** What Prometheus may scrape. */
  metrics?: {
    /**
     * Address on which `/metrics` is served. Keep it off the public network; without it nothing
     * listens.
     */
    listen?: {
      /**
       * Interface to listen on. Defaults to 127.0.0.1.
       * @visibility backend
       */
      host?: string;
      /**
       * Port to listen on; 0 takes a free one.
       * @visibility backend
       */
      port: number;
    };
  };
  auth?: {
    providers?: {
      /** Connects people's accounts on a Gitea-compatible git host. Not a way to sign in. */
      gitea?: {
        [environment: string]: {
          clientId: string;
          /** @visibility secret */
          clientSecret: string;
          /** For example https://git.example.com/login/oauth/authorize */
          authorizationUrl: string;
          /** For example https://git.example.com/login/oauth/access_token */
          tokenUrl: string;
          additionalScopes?: string | string[];
        };
      };
    };
  };
  techdocs?: {
    slipway?: {
      /**
       * Addresses of repositories, such as https://github.com/acme/handbook, from which every entity may take its documentation.
       * Others are read only for entities that come from them: the portal reads with its own account, and shows what
       * it has read to everybody.
       * @visibility backend
       */
      allowedSources?: string[];
    };
  };
}
