export interface Config {
  auth?: {
    providers?: {
      /**
       * That people can connect an account on the git host is all the app has to know.
       * @visibility frontend
       */
      gitea?: object;
    };
  };
  kubernetes?: {
    clusterLocatorMethods?: Array<{
      /**
       * That there is a way to find clusters is all the app has to know: it shows workloads then.
       * @visibility frontend
       */
      type: string;
    }>;
  };
}
