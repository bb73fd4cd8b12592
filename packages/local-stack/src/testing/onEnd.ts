import type { TestContext } from 'node:test';

const duties = new WeakMap<TestContext, (() => unknown)[]>();

/** Does something when a test ends: what was asked for last comes first, unlike with `t.after`. */
export function onEnd(t: TestContext, duty: () => unknown): void {
  const known = duties.get(t);
  if (known) {
    known.unshift(duty);
    return;
  }
  const list = [duty];
  duties.set(t, list);
  t.after(async () => {
    for (const each of list) {
      await each();
    }
  });
}
