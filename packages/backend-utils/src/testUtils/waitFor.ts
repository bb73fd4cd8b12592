/**
 * Waits until something is so, for 15 seconds.
 *
 * @throws Error when it does not come true
 * @public
 */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('did not come true');
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
