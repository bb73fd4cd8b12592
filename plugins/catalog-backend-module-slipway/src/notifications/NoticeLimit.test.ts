import { NoticeLimit } from './NoticeLimit';

describe('NoticeLimit', () => {
  let now = 0;
  let limit: NoticeLimit;
  beforeEach(() => {
    now = 0;
    limit = NoticeLimit.create({ now: () => now });
  });
  const take = (repository: string, location: string, owner = 'group:a/a') =>
    limit.take(owner, repository, location);

  it('lets three locations of a repository through to an owner in an hour, and tells once that there are more', () => {
    expect(['1', '2', '3', '4', '5', '2'].map(each => take('r', each))).toEqual(
      ['all', 'all', 'all', 'hint', 'nothing', 'all'],
    );
    expect(take('other', '1')).toBe('all');
    expect(take('r', '4', 'group:b/b')).toBe('all');
    now = 3_600_000;
    expect(take('r', '4')).toBe('all');
  });

  it('lets ten repositories through', () => {
    for (let i = 0; i < 10; i += 1) {
      expect(take(`r${i}`, '1')).toBe('all');
    }
    expect(take('r10', '1')).toBe('hint');
    expect(take('r11', '1')).toBe('nothing');
    expect(take('r9', '2')).toBe('all');
  });
});
