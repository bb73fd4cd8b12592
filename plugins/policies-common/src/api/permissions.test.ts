import { policyPermissions } from './permissions';

it('gives each permission a name of its own', () => {
  const names = policyPermissions.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) {
    expect(name).toMatch(/^policies\.[a-z]+\.[a-z]+$/);
  }
});
