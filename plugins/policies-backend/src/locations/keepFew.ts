import type { PolicyProblem } from '@slipway/plugin-policies-common';

/**
 * The first problems of each file, in their order, so many in all: a file that is wrong throughout leaves room for the others.
 */
export function keepFew(
  problems: readonly PolicyProblem[],
  most: number,
): PolicyProblem[] {
  const count = new Map<string, number>();
  const ranked = problems.map((problem, index) => {
    const rank = count.get(problem.file) ?? 0;
    count.set(problem.file, rank + 1);
    return { problem, index, rank };
  });
  return ranked
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .slice(0, most)
    .sort((a, b) => a.index - b.index)
    .map(({ problem }) => problem);
}
