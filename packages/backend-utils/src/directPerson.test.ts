import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { assertDirectPerson, isDirectPerson } from './directPerson';

const auth = mockServices.auth();

it('is a person with a session', () => {
  const credentials = mockCredentials.user('user:default/sam');
  expect(isDirectPerson(auth, credentials)).toBe(true);
  expect(() =>
    assertDirectPerson(auth, credentials, 'Only people decide.'),
  ).not.toThrow();
});

it.each([
  [
    'what acts for a person',
    mockCredentials.user('user:default/sam', {
      actor: { subject: 'plugin:mcp-actions' },
    }),
  ],
  ['a service', mockCredentials.service()],
  ['nobody', mockCredentials.none()],
])('is not %s', (_who, credentials) => {
  expect(isDirectPerson(auth, credentials)).toBe(false);
  expect(() =>
    assertDirectPerson(auth, credentials, 'Only people decide.'),
  ).toThrow('Only people decide.');
});
