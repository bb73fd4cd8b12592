import type {
  DatabaseProvider,
  ProviderCapabilities,
} from '@slipway/plugin-databases-node';
import type { DatabasesConfig } from '../config';
import { protectionOf } from './protection';

const providerThat = (capabilities: Partial<ProviderCapabilities>) =>
  ({ capabilities: () => capabilities }) as DatabaseProvider;
const backups = (
  schedule: NonNullable<DatabasesConfig['backups']>['schedule'],
) => ({ backups: { schedule } }) as unknown as Pick<DatabasesConfig, 'backups'>;
const daily = (environments: string[], keepDays: number) => ({
  environments,
  everyHours: 24,
  keepDays,
});
const able = { backup: true, restore: true };

it('says nothing of what nobody has said anything of', () => {
  expect(
    protectionOf({ backups: undefined }, providerThat(able), 'production'),
  ).toEqual({});
});

it('says what the operator of a server says, also where that is no', () => {
  const provider = providerThat({ encrypted: true, highAvailability: false });
  expect(protectionOf({ backups: undefined }, provider, 'production')).toEqual({
    encrypted: true,
    highAvailability: false,
  });
});

it('says how long the backup is kept that is kept longest', () => {
  const config = backups([
    daily(['production'], 7),
    daily(['production', 'staging'], 30.5),
  ]);
  const provider = providerThat(able);
  expect(protectionOf(config, provider, 'production')).toEqual({
    backup: { enabled: true, retentionDays: 30 },
  });
  expect(protectionOf(config, provider, 'development')).toEqual({
    backup: { enabled: false },
  });
});

it('counts no backup that cannot be restored', () => {
  const config = backups([daily(['production'], 30)]);
  const provider = providerThat({ backup: true, restore: false });
  expect(protectionOf(config, provider, 'production')).toEqual({
    backup: { enabled: false },
  });
});
