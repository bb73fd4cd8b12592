import { KubernetesValidatorFunctions } from '@backstage/catalog-model';
import {
  databaseEntityName,
  databaseEntityRef,
  databasePagePath,
} from './entity';
import { DATABASE_NAME_MAX_LENGTH, ENVIRONMENT_NAME_MAX_LENGTH } from './names';

describe('databaseEntityRef', () => {
  it('joins name and environment', () => {
    expect(databaseEntityRef('orders-db', 'staging')).toBe(
      'resource:default/orders-db.staging',
    );
    expect(databasePagePath('orders-db', 'staging')).toBe(
      '/databases/staging/orders-db',
    );
  });

  it('fits the catalog even when both parts are as long as allowed', () => {
    const name = databaseEntityName(
      'a'.repeat(DATABASE_NAME_MAX_LENGTH),
      'b'.repeat(ENVIRONMENT_NAME_MAX_LENGTH),
    );
    expect(KubernetesValidatorFunctions.isValidObjectName(name)).toBe(true);
  });
});
