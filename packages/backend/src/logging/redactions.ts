import {
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';

/** Values that must not be written down anywhere. */
export interface RedactionsService {
  /** Adds values; the empty and very short ones are left out, since they would hide everything. */
  add(values: Iterable<string>): void;
  /** Takes them out of a text. */
  redact(text: string): string;
}

/** The secrets of the configuration, as the logger has found them. */
export const redactionsServiceRef = createServiceRef<RedactionsService>({
  id: 'slipway.redactions',
  scope: 'root',
});

/** Creates the list of secrets, empty at first. */
export const redactionsServiceFactory = createServiceFactory({
  service: redactionsServiceRef,
  deps: {},
  factory: () => createRedactions(),
});

/** A list of secrets, empty at first. */
export function createRedactions(): RedactionsService {
  const secrets = new Set<string>();
  let longestFirst: string[] = [];
  return {
    add(values) {
      for (const value of values) {
        // As upstream's logger does.
        const secret = value.trim();
        if (secret.length > 1) {
          secrets.add(secret);
        }
      }
      longestFirst = [...secrets].sort((a, b) => b.length - a.length);
    },
    redact: text =>
      longestFirst.reduce(
        (rest, secret) => rest.replaceAll(secret, '***'),
        text,
      ),
  };
}
