import { randomUUID } from 'node:crypto';
import { ExampleHarness, startHarness } from './__testUtils__/startHarness';
import { startTeamApi } from './__testUtils__/startTeamApi';
import { ExampleDatabaseProvider } from './ExampleDatabaseProvider';

describe('faults of the API', () => {
  let harness: ExampleHarness;
  let fence = 1n;

  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness?.stop());

  const context = () => {
    fence += 1n;
    return { idempotencyKey: randomUUID(), fence };
  };
  const order = () => {
    const id = randomUUID();
    const externalName = harness.provider.externalName({ id, name: 'orders' });
    return { target: { id, externalName }, spec: harness.spec('orders') };
  };
  const reserve = (provider = harness.provider, request = order()) =>
    provider.ensure('reserve', request, context());
  const owned = async () => (await harness.provider.listOwned()).length;

  it('nobody there: nothing was sent', async () => {
    const gone = await startTeamApi('none');
    await gone.stop();
    const config = { ...harness.config, url: gone.url };
    await expect(
      reserve(ExampleDatabaseProvider.create(config)),
    ).rejects.toMatchObject({ name: 'RetryableError', nothingSent: true });
  });

  it.each([
    [{ method: 'GET', isDone: false }, 'RetryableError'],
    [{ method: 'GET', isDone: false, status: 503 }, 'RetryableError'],
    [{ method: 'GET', isDone: false, status: 429 }, 'RetryableError'],
    [{ method: 'PUT', isDone: false, status: 503 }, 'RetryableError'],
    [{ method: 'GET', isDone: false, status: 200 }, 'RetryableError'],
    [{ method: 'PUT', isDone: false, status: 400 }, 'TerminalError'],
    [{ method: 'PUT', isDone: false, status: 404 }, 'TerminalError'],
    [{ method: 'PUT', isDone: false }, 'AmbiguousError'],
    [{ method: 'PUT', isDone: true }, 'AmbiguousError'],
    [{ method: 'PUT', isDone: true, status: 500 }, 'AmbiguousError'],
  ])('%j: %s, and done once when it is tried again', async (fault, name) => {
    const before = await owned();
    const request = order();
    harness.api.failNext(fault);
    await expect(reserve(undefined, request)).rejects.toMatchObject({ name });
    expect(await owned()).toBe(before + (fault.isDone ? 1 : 0));
    await reserve(undefined, request);
    expect(await owned()).toBe(before + 1);
  });

  it('another token: says what to mend, without the token', async () => {
    const config = { ...harness.config, token: 'hunter2' };
    const refused = reserve(ExampleDatabaseProvider.create(config));
    await expect(refused).rejects.toMatchObject({
      name: 'RetryableError',
      message: expect.stringMatching(/token in the configuration/),
    });
    await expect(refused).rejects.not.toThrow(/hunter2/);
  });

  it('a call that nobody waits for any more is not made', async () => {
    const before = await owned();
    const signal = AbortSignal.abort();
    await expect(
      harness.provider.ensure('reserve', order(), { ...context(), signal }),
    ).rejects.toMatchObject({ name: 'RetryableError' });
    expect(await owned()).toBe(before);
  });
});
