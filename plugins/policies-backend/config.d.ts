export interface Config {
  policies?: {
    /**
     * Where policies are read from. All files that end in `.yaml` or `.yml` in the folder and the folders in it, but for
     * those named `cases.yaml`. The folder `policies`, which comes with Slipway, when left out. Nothing is allowed while nothing
     * can be read.
     * @visibility backend
     */
    locations?: Array<{
      /**
       * `file`: a folder of this machine; relative to the process's working directory. `url`: a folder of a repository, of any
       * git host that is configured in `integrations`.
       * @visibility backend
       */
      type: 'file' | 'url';
      /** @visibility backend */
      target: string;
    }>;
    /**
     * Parameters by policy, in place of those in the documents, e.g. `backup-retention: { leastDays: 14 }`. Each of the same
     * type.
     * @visibility backend
     */
    params?: { [policy: string]: { [name: string]: unknown } };
    waivers?: {
      /**
       * The group that grants waivers; `platform-team` when left out. Whoever asked never counts.
       * @visibility backend
       */
      approvers?: string;
      /**
       * The longest that a waiver may last, as a duration, e.g. `{ days: 90 }`, which it is when left out.
       * @visibility backend
       */
      longest?: string | { [unit: string]: number };
    };
    sweep?: {
      /**
       * How often everything that exists is looked at when nothing changes; `{ hours: 1 }` when left out.
       * @visibility backend
       */
      frequency?: string | { [unit: string]: number };
    };
  };
}
