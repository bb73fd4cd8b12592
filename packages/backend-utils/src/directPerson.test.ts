import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { assertDirectPerson, isDirectPerson } from './directPerson';

const auth = mockServices.auth();

it.each([
  ['a person with a session', mockCredentials.user('user:default/sam'), true],
  [
    'what acts for a person',
    mockCredentials.user('user:default/sam', {
      actor: { subject: 'plugin:mcp-actions' },
    }),
    false,
  ],
  ['a service', mockCredentials.service(), false],
  ['nobody', mockCredentials.none(), false],
])('%s', (_who, credentials, expected) => {
  expect(isDirectPerson(auth, credentials)).toBe(expected);
  const assert = () =>
    assertDirectPerson(auth, credentials, 'Only people decide.');
  if (expected) {
    expect(assert).not.toThrow();
  } else {
    expect(assert).toThrow('Only people decide.');
  }
});
