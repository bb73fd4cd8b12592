import { allowedBy } from './commandRules';

const categories = new Map([
  ['string', ['get', 'set']],
  ['read', ['get', 'scan']],
  ['connection', ['client|id', 'client|list', 'command', 'command|docs']],
]);
const allowed = (rules: string) =>
  [...allowedBy(rules.split(' '), categories)].sort();

describe('allowedBy', () => {
  it('reads the same commands from different words', () => {
    expect(allowed('-@all +@string +client|id')).toEqual([
      'client|id',
      'get',
      'set',
    ]);
    expect(allowed('+@all -scan -client -command +client|id')).toEqual(
      allowed('-@all +@string +client|id'),
    );
    expect(allowed('-@all +client -client|list')).toEqual(['client|id']);
    expect(allowed('+@connection -client')).toEqual(allowed('+command'));
  });

  it('leaves out nothing that it does not know', () => {
    expect(allowed('+@string -@read +select|0')).toEqual(['select|0', 'set']);
  });
});
