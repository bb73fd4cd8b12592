/**
 * Runs work in the given order, side by side where the cores of the machine suffice. What comes next waits until there
 * is room for it, and nothing overtakes it: so the order in which things run is the same each time.
 *
 * @template T, R
 * @param {T[]} items
 * @param {{ cores: number, coresOf: (item: T) => number, run: (item: T) => Promise<R>, signal?: AbortSignal }} options -
 *   `cores` is how many there are, `coresOf` how many an item keeps busy; one that wants more than there are runs alone.
 *   After `signal` nothing more is started.
 * @returns {Promise<R[]>} what came of those that were run, in their order
 */
export async function runInLanes(items, { cores, coresOf, run, signal }) {
  const results = [];
  const running = new Set();
  let free = cores;
  for (const item of items) {
    const wanted = Math.min(coresOf(item), cores);
    while (free < wanted) {
      await Promise.race(running);
    }
    if (signal?.aborted) {
      break;
    }
    free -= wanted;
    const result = run(item).finally(() => {
      free += wanted;
      running.delete(result);
    });
    running.add(result);
    results.push(result);
  }
  return Promise.all(results);
}
