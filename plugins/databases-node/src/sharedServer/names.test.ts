import { nameOutside, personOutside } from './names';

describe('nameOutside', () => {
  it('is readable, short and different for each id', () => {
    const [one, two] = ['1', '2'].map(id =>
      nameOutside({ id, name: 'Orders-DB' }),
    );
    expect(one).toMatch(/^orders_db_[0-9a-f]{10}$/);
    expect(two).not.toBe(one);
    expect(nameOutside({ id: '1', name: 'x'.repeat(99) })).toHaveLength(51);
    expect(nameOutside({ id: '1', name: '42 ü' })).toMatch(/^db_/);
  });
});

describe('personOutside', () => {
  it('keeps what every server takes of a name', () => {
    expect(personOutside('user:default/nora.lind', 20)).toBe('nora.lind');
    expect(personOutside('user:default/_Å"x', 20)).toBe('x');
    expect(personOutside('user:default/nora.lind', 4)).toBe('nora');
    expect(personOutside('user:default/__', 4)).toBe('person');
  });
});
