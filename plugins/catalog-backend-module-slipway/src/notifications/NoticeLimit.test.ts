import { NoticeLimit } from './NoticeLimit';

describe('NoticeLimit', () => {
  it('lets ten locations through to an owner in an hour', () => {
    let now = 0;
    const limit = NoticeLimit.create({ now: () => now });
    for (let i = 0; i < 10; i += 1) {
      expect(limit.allows('group:default/a', `url:${i}`)).toBe(true);
    }
    expect(limit.allows('group:default/a', 'url:10')).toBe(false);
    expect(limit.allows('group:default/a', 'url:3')).toBe(true);
    expect(limit.allows('group:default/b', 'url:10')).toBe(true);
    now = 3_600_000;
    expect(limit.allows('group:default/a', 'url:10')).toBe(true);
  });
});
