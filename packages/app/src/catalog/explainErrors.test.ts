import type { Entity } from '@backstage/catalog-model';
import type { CatalogApi } from './CatalogApi';
import { explainError, explainErrors } from './explainErrors';

const FILE = 'https://git/acme/boats/catalog-info.yaml';
const REFUSAL =
  'Processor PolicyProcessor threw an error while postprocessing; caused by InputError: Policies refuse component:default/boats. It has no owner.';

describe('explainError', () => {
  it.each([
    [
      `InputError: ${REFUSAL}`,
      'Policies refuse component:default/boats. It has no owner.',
    ],
    [
      `Unable to read url, NotFoundError: ${FILE} was not found`,
      `The file cannot be read: ${FILE} was not found`,
    ],
    ['spec.owner is missing', 'spec.owner is missing'],
    ['Error', 'Error'],
  ])('says of %j what is wrong', (message, expected) => {
    expect(explainError(message)).toBe(expected);
  });
});

describe('explainErrors', () => {
  const errorOf = (message: string) => ({
    items: [
      {
        type: 'backstage.io/catalog-processing',
        level: 'error',
        message: `InputError: ${message}`,
        error: { name: 'InputError', message },
      },
    ],
  });
  const entities = [
    {
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: {
        name: 'boats',
        annotations: { 'backstage.io/managed-by-location': `url:${FILE}` },
      },
      status: errorOf(REFUSAL),
    },
    {
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Location',
      metadata: { name: 'generated-d66a1d31' },
      spec: { type: 'url', target: FILE },
      status: errorOf(`Unable to read url, Error: ${FILE}, 503 Away`),
    },
    {
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Location',
      metadata: { name: 'bootstrap', annotations: {} },
      spec: {},
    },
  ] as unknown as Entity[];

  it('names the file instead of the hash, and gives the reason', async () => {
    const original = jest.fn(async () => ({
      rootEntityRef: 'component:default/boats',
      items: entities.map(entity => ({ entity, parentEntityRefs: [] })),
    }));
    const api = explainErrors({
      getEntityAncestors: original,
    } as Partial<CatalogApi> as CatalogApi);
    const { items } = await api.getEntityAncestors({
      entityRef: 'component:default/boats',
    });
    const shown = items.map(({ entity }) => [
      entity.metadata.title,
      (entity as unknown as { status?: ReturnType<typeof errorOf> }).status
        ?.items[0].error.message,
    ]);
    expect(shown).toEqual([
      [
        undefined,
        `Policies refuse component:default/boats. It has no owner. The file: ${FILE}`,
      ],
      [FILE, `The file cannot be read: ${FILE}, 503 Away`],
      [undefined, undefined],
    ]);
  });
});
