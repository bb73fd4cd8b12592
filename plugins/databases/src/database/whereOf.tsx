import type {
  DatabaseEndpoint,
  DatabaseEngine,
} from '@slipway/plugin-databases-common';
import { CopyText } from '@slipway/ui';
import { keyPrefixOf } from './howToConnect';

/** What one has to say besides host and port: the database, or what all keys begin with. */
export function whereOf(engine: DatabaseEngine, endpoint: DatabaseEndpoint) {
  const keyPrefix = keyPrefixOf(engine, endpoint);
  return keyPrefix
    ? {
        label: 'Keys begin with',
        value: <CopyText text={keyPrefix} name="key prefix" />,
      }
    : {
        label: 'Database',
        value: <CopyText text={endpoint.database} name="database" />,
      };
}
