import { TestDatabases } from '@backstage/backend-test-utils';
import { startCatalog } from '../__testUtils__/startCatalog';

describe('the action validate-entity', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  let catalog: Awaited<ReturnType<typeof startCatalog>>;

  beforeAll(async () => {
    catalog = await startCatalog({ databases, config: {} });
  }, 120_000);
  afterAll(() => catalog?.stop());

  const invoke = (entity: string, name = 'ines', path?: string) =>
    catalog.call(
      name,
      'POST',
      path ?? '/.backstage/actions/v1/actions/catalog:validate-entity/invoke',
      path?.toLocaleLowerCase('en').includes('/v2/')
        ? { input: { entity } }
        : { entity },
    );
  const keys = (count: number) =>
    Array.from({ length: count }, (_, n) => `k${n}: 1`).join('\n');

  it('checks an entity', async () => {
    const good =
      'apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: boats }\nspec: { type: service, lifecycle: production, owner: team-orders }\n';
    const { status, body } = await invoke(good);
    expect(status).toBe(200);
    expect(body.output).toMatchObject({ isValid: true, isValidYaml: true });
    const bad = await invoke(good.replace('name: boats', 'name: "a boat"'));
    expect(bad.body.output).toMatchObject({
      isValid: false,
      isValidYaml: true,
    });
  });

  it.each([
    ['a: [1', /line 1, column 6: Flow sequence/],
    [`[${','.repeat(90_000)}`, /line 1, column 3: Unexpected ,/],
    [keys(9_000), /a map has more than 1000 keys/],
    [`a:\n- { b: { ${keys(1_001).replaceAll('\n', ', ')} } }`, /1000 keys/],
    ['a: 1\na: 2', /line 2: the key "a" is there twice/],
    ['a: 1\n---\nb: 1', /it has 2 documents/],
    ['a: [!a,!b]', /line 1, column 5: Unresolved tag: !a/],
  ])('says what is wrong with YAML, case %#', async (text, expected) => {
    for (const path of [
      undefined,
      '/.backstage/actions/v1/actions/catalog%3Avalidate-entit%79/invoke',
      '/.backstage/actions/v2/actions/catalog:validate-entity/invoke',
      '/.backstage/actions/V1/actions/catalog:validate-entity/invoke',
      '/.Backstage/Actions/V2/Actions/catalog:validate-entity/Invoke',
    ]) {
      const { status, body } = await invoke(text, 'sam', path);
      expect(status).toBe(200);
      expect(body.output).toEqual({
        isValid: false,
        isValidYaml: false,
        errors: [expect.stringMatching(expected)],
      });
    }
  });

  it('leaves to upstream what is no such request', async () => {
    const { status, body } = await catalog.call(
      'ines',
      'POST',
      '/.backstage/actions/v1/actions/catalog:validate-entity/invoke',
      { entity: 7 },
    );
    expect([status, body.error.message]).toEqual([
      400,
      expect.stringContaining('Invalid input'),
    ]);
  });

  it('has an end to how often one person may ask', async () => {
    const answers = await Promise.all(
      Array.from(
        { length: 61 },
        // In whichever way: also what upstream refuses to look at.
        (_, n) =>
          catalog.call(
            'nora',
            'POST',
            `/.backstage/actions/${n % 2 ? 'v1' : 'V1'}/actions/catalog:validate-entity/invoke`,
            n % 3 ? { entity: '[' } : {},
          ),
      ),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(1);
    expect(refused[0].headers.get('retry-after')).toBe('60');
    // By this name MCP passes the sentence on.
    expect(refused[0].body.error.name).toBe('NotAllowedError');
    expect((await invoke('[', 'omar')).status).toBe(200);
  });
});
