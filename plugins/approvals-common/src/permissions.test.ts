import { approvalPermissions } from './permissions';

it('has names of its own, each once', () => {
  const names = approvalPermissions.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.every(name => name.startsWith('approvals.'))).toBe(true);
});
