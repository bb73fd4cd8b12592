import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { TestDatabases } from '@backstage/backend-test-utils';
import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { parseAllDocuments } from 'yaml';
import { startCatalog, waitFor } from './__testUtils__/startCatalog';

const root = resolve(__dirname, '../../..');
const examples = resolve(root, 'examples');

type CatalogLocation = {
  type: string;
  target: string;
  rules?: { allow: string[] }[];
};

function readYaml(file: string) {
  return parseAllDocuments(readFileSync(file, 'utf8')).map(d => d.toJS());
}

/** The locations of the sample company, its repositories on the given host. */
function sampleLocations(gitHost: string): CatalogLocation[] {
  const [config] = readYaml(resolve(examples, 'app-config.sample.yaml'));
  return (
    (config.catalog.locations as CatalogLocation[])
      .map(location => ({
        ...location,
        target: location.target
          .replace('${SLIPWAY_ROOT}', root)
          .replace('${GITEA_BASE_URL}', gitHost),
      }))
      // Templates are the scaffolder's, and have tests of their own.
      .filter(({ target }) => !target.includes('/templates/'))
  );
}

function fileOf(target: string): string {
  return target.replace(
    /^http:.*\/lighthouse\/([^/]+)\/src\/branch\/main/,
    `${examples}/repositories/$1`,
  );
}

/** A host that serves the files of the sample company's repositories, and nothing else. */
async function startGitHost() {
  const server = createServer((request, response) => {
    const file = fileOf(`http://host${request.url}`);
    const known = file.startsWith(`${examples}/repositories/`);
    response
      .writeHead(known && existsSync(file) ? 200 : 404)
      .end(known && existsSync(file) ? readFileSync(file) : undefined);
  });
  await new Promise<void>(done => {
    server.listen(0, '127.0.0.1', done);
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, stop: () => new Promise(done => server.close(done)) };
}

/** Every entity that the locations name, as written. */
function documents(locations: CatalogLocation[]): Entity[] {
  return locations.flatMap(({ target }) =>
    target.endsWith('/*.yaml')
      ? readdirSync(resolve(target, '..'))
          .filter(name => /^(?!mkdocs).*\.yaml$/.test(name))
          .flatMap(name => readYaml(resolve(target, '..', name)))
      : readYaml(fileOf(target)),
  );
}

/** The portal's own packages, which packages/catalog-info.yaml refers to. */
function readPackages(): Entity[] {
  return ['packages', 'plugins']
    .flatMap(group =>
      readdirSync(resolve(root, group)).map(name =>
        resolve(root, group, name, 'catalog-info.yaml'),
      ),
    )
    .filter(existsSync)
    .flatMap(readYaml);
}

describe('the examples in a catalog', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  let entities: Map<string, Entity>;
  let notices: unknown[];

  beforeAll(async () => {
    const gitHost = await startGitHost();
    const locations = [
      ...sampleLocations(`http://${gitHost.host}`),
      { type: 'file', target: resolve(root, 'packages/catalog-info.yaml') },
    ];
    const packages = readPackages();
    const expected = [...documents(locations), ...packages].map(document =>
      stringifyEntityRef(document),
    );
    const catalog = await startCatalog({
      databases,
      config: {
        backend: { reading: { allow: [{ host: gitHost.host }] } },
        catalog: {
          rules: [
            {
              allow: [
                'Component',
                'System',
                'Domain',
                'API',
                'Resource',
                'Location',
              ],
            },
          ],
          locations,
        },
      },
    });
    notices = catalog.notices;
    try {
      entities = await waitFor(async () => {
        const found = new Map(
          (await catalog.entities()).map(entity => [
            stringifyEntityRef(entity),
            entity,
          ]),
        );
        const missing = expected.filter(ref => !found.has(ref));
        if (missing.length) {
          throw new Error(`Not taken in: ${missing.join(', ')}`);
        }
        return found;
      });
    } finally {
      await catalog.stop();
      await gitHost.stop();
    }
  }, 240_000);

  it('are taken in without an error', () => {
    expect(notices).toEqual([]);
    for (const [ref, entity] of entities) {
      expect([ref, (entity as { status?: unknown }).status]).toEqual([
        ref,
        undefined,
      ]);
    }
  });

  it('refer to nothing that does not exist', () => {
    const dangling = [...entities].flatMap(([ref, { relations = [] }]) =>
      relations
        .filter(({ targetRef }) => !entities.has(targetRef))
        .map(({ type, targetRef }) => `${ref} ${type} ${targetRef}`),
    );
    expect(dangling).toEqual([]);
  });

  it('give everything an owner, but for what the articles give none', () => {
    const ownerless = [...entities]
      .filter(
        ([, { kind, relations = [] }]) =>
          !['User', 'Group', 'Location'].includes(kind) &&
          !relations.some(({ type }) => type === 'ownedBy'),
      )
      .map(([ref]) => ref);
    expect(ownerless.sort()).toEqual([
      'goldenpath:default/standard-service',
      'platformconfiguration:platform/company-platform',
    ]);
  });

  it('include the Environment of the article, related to its owner', () => {
    expect(entities.get('environment:platform/myapp-staging')).toMatchObject({
      apiVersion: 'platform.example.com/v1',
      relations: [{ type: 'ownedBy', targetRef: 'group:default/team-alpha' }],
    });
  });

  it('keep the secrets of the PlatformConfiguration to themselves', () => {
    const shown = JSON.stringify(
      entities.get('platformconfiguration:platform/company-platform'),
    );
    expect(shown).toContain('(redacted)');
    expect(shown).not.toContain('hooks.slack.com');
    expect(shown).not.toContain('"xxx"');
  });

  it('give the relations that the article shows for payment-service', () => {
    expect(
      entities.get('component:platform/payment-service')?.relations,
    ).toEqual(
      expect.arrayContaining([
        { type: 'ownedBy', targetRef: 'group:default/platform-team' },
        { type: 'dependsOn', targetRef: 'resource:default/payment-database' },
        { type: 'partOf', targetRef: 'system:default/payments' },
      ]),
    );
  });

  it('carry contracts as text, not as a reference to a file', () => {
    const api = entities.get('api:default/orders-api');
    expect(api?.spec?.definition).toContain('openapi: 3.1.0');
  });
});
