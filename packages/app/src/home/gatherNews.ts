import type { Need } from './loadNeeds';

/** Named in the line; the others are counted. */
const NAMED = 3;

/** A line of the list, which may stand for several needs. */
export interface Line extends Need {
  /** The keys of what it stands for: dismissed together. */
  keys: string[];
}

/**
 * The lines to show: what has to be done one by one, and below it the news as one line, so that ten failed tries do not
 * hide the approval that somebody waits for.
 */
export function gatherNews(needs: readonly Need[]): Line[] {
  const toDo = needs.filter(({ isNews }) => !isNews);
  const news = needs.filter(({ isNews }) => isNews);
  return [
    ...[...toDo, ...(news.length === 1 ? news : [])].map(need => ({
      ...need,
      keys: [need.key],
    })),
    ...(news.length > 1 ? [lineFor(news)] : []),
  ];
}

function lineFor(news: Need[]): Line {
  const [newest] = news;
  const others = news.length - NAMED;
  const names = news.slice(0, NAMED).map(({ title }) => title);
  return {
    key: `news:${newest.key}`,
    keys: news.map(({ key }) => key),
    title: `${news.length} tasks stopped before they made anything`,
    href: '/create/tasks',
    status: newest.status,
    detail: `${names.join(', ')}${others > 0 ? ` and ${others} more` : ''}. The last one`,
    at: newest.at,
    isNews: true,
  };
}
