import type { HumanDuration } from '@backstage/types';

export interface Config {
  audit?: {
    /**
     * The least severity that is stored: `low`, `medium`, `high` or `critical`. Backstage calls reads `low`. `medium` when
     * left out; more than that cannot be chosen, so that each change is stored.
     * @visibility backend
     */
    minimumSeverity?: 'low' | 'medium';
    /**
     * Whether a request that cannot be recorded is refused; true when left out.
     * @visibility backend
     */
    failClosed?: boolean;
    signing?: {
      /**
       * Signs the heads of the trail: 32 random bytes in base64. Without it they are published unsigned.
       * @visibility secret
       */
      key?: string;
    };
    publish?: {
      /**
       * A folder to which heads are appended, one file a month. All replicas should mount the same one, and the database's
       * administrators should not be able to write to it.
       * @visibility backend
       */
      directory?: string;
    };
    segments?: {
      /**
       * A segment is closed at the end of a month, or after so many entries; 1000000 when left out.
       * @visibility backend
       */
      maxEntries?: number;
    };
    /**
     * Segments that were closed longer ago than this are dropped. At least 90 days. Without it nothing is. Once the trail is
     * handed over its owner has to allow it too, see docs/audit.md.
     * @visibility backend
     */
    retention?: HumanDuration | string;
  };
}
