import { otherSlot } from './credentials';

describe('otherSlot', () => {
  it('turns between the two', () => {
    expect(otherSlot('a')).toBe('b');
    expect(otherSlot('b')).toBe('a');
  });
});
