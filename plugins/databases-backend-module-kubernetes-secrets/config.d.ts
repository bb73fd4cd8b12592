export interface Config {
  databases?: {
    secrets?: {
      /** The store `kubernetes`. */
      kubernetes?: {
        /**
         * The namespace of the Secrets. Better one of their own: who may read Secrets there reads all passwords.
         * @visibility backend
         */
        namespace: string;
        /**
         * Path of a kubeconfig; the service account of the portal's own pod when left out.
         * @visibility backend
         */
        kubeconfig?: string;
        /**
         * A context of the kubeconfig; its current one when left out.
         * @visibility backend
         */
        context?: string;
      };
    };
  };
}
