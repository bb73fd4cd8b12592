/** Waits until something is so. */
export async function waitFor(condition: () => boolean | Promise<boolean>) {
  const end = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('did not come true');
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
