import { scopeWords, wordForKind } from './words';

it('calls kinds by words of people', () => {
  expect(wordForKind('DatabaseRequest')).toBe('Database');
  expect(wordForKind('Component')).toBe('Component');
});

it.each([
  [
    {
      scope: {
        kind: 'DatabaseRequest',
        name: 'orders',
        owner: 'group:default/team-orders',
        environment: 'production',
      },
      field: 'encrypted',
    },
    'Database orders of team-orders in production, field encrypted',
  ],
  [
    { scope: { kind: 'Component', owner: 'group:acme/a' } },
    'Each Component of acme/a',
  ],
  [
    { scope: { kind: 'Component', entityRef: 'component:default/checkout' } },
    'Component checkout',
  ],
])('says what %j covers', (waiver, words) => {
  expect(scopeWords(waiver)).toBe(words);
});
