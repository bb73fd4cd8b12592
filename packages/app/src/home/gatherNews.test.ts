import { gatherNews } from './gatherNews';

const need = (name: string, isNews: boolean) => ({
  key: `task:${name}`,
  title: `TypeScript service: ${name}`,
  href: `/create/tasks/${name}`,
  status: 'failed',
  detail: 'It stopped.',
  at: '2026-01-10T12:00:00Z',
  isNews,
});

describe('gatherNews', () => {
  it('makes one line of news, below what has to be done', () => {
    const lines = gatherNews([
      need('a', true),
      need('half-way', false),
      ...['b', 'c', 'd', 'e'].map(name => need(name, true)),
    ]);
    expect(lines).toMatchObject([
      { title: 'TypeScript service: half-way', keys: ['task:half-way'] },
      {
        title: '5 tasks stopped before they made anything',
        href: '/create/tasks',
        detail:
          'TypeScript service: a, TypeScript service: b, TypeScript service: c and 2 more. The last one',
        at: '2026-01-10T12:00:00Z',
        keys: ['task:a', 'task:b', 'task:c', 'task:d', 'task:e'],
      },
    ]);
  });

  it('leaves a single one as it is', () => {
    const one = need('a', true);
    expect(gatherNews([one])).toEqual([{ ...one, keys: ['task:a'] }]);
  });
});
