import type { CatalogProcessorCache } from '@backstage/plugin-catalog-node';
import {
  REGISTERED_AT_ANNOTATION,
  RegisteredAtProcessor,
} from './RegisteredAtProcessor';

function createCache(): CatalogProcessorCache {
  const values = new Map<string, unknown>();
  const cache = {
    async get<T>(key: string) {
      return values.get(key) as T | undefined;
    },
    async set(key: string, value: unknown) {
      values.set(key, value);
    },
    withKey: () => cache,
  } as CatalogProcessorCache;
  return cache;
}

const entity = (name: string, annotations?: Record<string, string>) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name, annotations },
});

describe('RegisteredAtProcessor', () => {
  const processor = new RegisteredAtProcessor();
  const process = async (
    cache: CatalogProcessorCache,
    input: ReturnType<typeof entity>,
  ) => {
    const result = await processor.preProcessEntity(
      input,
      undefined,
      () => {},
      undefined,
      cache,
    );
    return result.metadata.annotations;
  };

  beforeEach(() => {
    jest.useFakeTimers({ now: new Date('2026-03-01T09:00:00Z') });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('remembers the first time, and keeps other annotations', async () => {
    const cache = createCache();
    await process(cache, entity('orders'));
    jest.setSystemTime(new Date('2026-04-01T09:00:00Z'));
    expect(await process(cache, entity('orders', { other: 'kept' }))).toEqual({
      other: 'kept',
      [REGISTERED_AT_ANNOTATION]: '2026-03-01T09:00:00.000Z',
    });
  });

  it('does not believe a document that claims its own age', async () => {
    const annotations = await process(
      createCache(),
      entity('orders', { [REGISTERED_AT_ANNOTATION]: '1999-01-01' }),
    );
    expect(annotations?.[REGISTERED_AT_ANNOTATION]).toBe(
      '2026-03-01T09:00:00.000Z',
    );
  });

  it('starts anew for another entity in the same place', async () => {
    const cache = createCache();
    await process(cache, entity('orders'));
    jest.setSystemTime(new Date('2026-04-01T09:00:00Z'));
    expect(
      (await process(cache, entity('basket')))?.[REGISTERED_AT_ANNOTATION],
    ).toBe('2026-04-01T09:00:00.000Z');
  });
});
