export interface Config {
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
