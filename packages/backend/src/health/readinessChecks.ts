import {
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';

/** Something the portal cannot serve without. */
export interface ReadinessCheck {
  /** Shown in the answer of the readiness endpoint, for example `database`. */
  name: string;
  /** Resolves when all is well, rejects otherwise. */
  check(): Promise<void>;
}

/** Collects what has to answer before this replica calls itself ready. */
export interface ReadinessChecksService {
  add(check: ReadinessCheck): void;
  /** All checks that were added so far, in that order. */
  list(): readonly ReadinessCheck[];
}

/** The one list of readiness checks of this process. */
export const readinessChecksServiceRef =
  createServiceRef<ReadinessChecksService>({
    id: 'slipway.readiness-checks',
    scope: 'root',
  });

/** Creates the list of readiness checks. */
export const readinessChecksServiceFactory = createServiceFactory({
  service: readinessChecksServiceRef,
  deps: {},
  factory() {
    const checks = new Array<ReadinessCheck>();
    return {
      add: check => void checks.push(check),
      list: () => checks,
    };
  },
});
