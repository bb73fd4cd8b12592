import { ConfigReader } from '@backstage/config';
import { readAdministrators } from './readAdministrators';

const read = (administrators: string[]) =>
  readAdministrators(
    new ConfigReader({ permission: { slipway: { administrators } } }),
  );

describe('readAdministrators', () => {
  it('completes refs: a bare name is a group', () => {
    expect(
      read(['Platform-Team', 'group:ops/on-call', 'user:default/Nora']),
    ).toEqual([
      'group:default/platform-team',
      'group:ops/on-call',
      'user:default/nora',
    ]);
  });

  it('names the entry that cannot be read', () => {
    expect(() => read(['platform-team', 'group:'])).toThrow(
      "permission.slipway.administrators[1] is 'group:': write an entity ref",
    );
  });

  it('refuses things that are nobody', () => {
    expect(() => read(['component:default/portal'])).toThrow(
      'only a group or a user can stand here',
    );
  });

  it('is empty when nothing is configured', () => {
    expect(readAdministrators(new ConfigReader({}))).toEqual([]);
  });
});
