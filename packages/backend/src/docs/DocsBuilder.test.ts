import {
  mockServices,
  registerMswTestHooks,
} from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { DocsBuilder } from './DocsBuilder';

const server = setupServer();
registerMswTestHooks(server);

const component = (name: string, annotations?: Record<string, string>) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name, namespace: 'default', annotations },
  spec: {},
});

describe('DocsBuilder', () => {
  const logger = mockServices.logger.mock();
  const built = new Array<string>();
  let answers: Record<string, { builtAt?: number; sync?: string }>;
  const builder = () =>
    DocsBuilder.create({
      logger,
      auth: mockServices.auth(),
      discovery: mockServices.discovery(),
      catalog: catalogServiceMock({
        entities: [
          component('bare'),
          ...Object.keys(answers).map(name =>
            component(name, { 'backstage.io/techdocs-ref': 'dir:.' }),
          ),
        ],
      }),
    });
  const run = (each = builder()) => each.run(new AbortController().signal);

  beforeEach(() => {
    built.length = 0;
    jest.clearAllMocks();
    server.use(
      http.get('*/api/techdocs/metadata/techdocs/:ns/:kind/:name', info => {
        const at = answers[String(info.params.name)].builtAt;
        return at
          ? HttpResponse.json({ build_timestamp: at })
          : new HttpResponse(null, { status: 404 });
      }),
      http.get('*/api/techdocs/sync/:ns/:kind/:name', info => {
        const name = String(info.params.name);
        built.push(name);
        return HttpResponse.text(
          answers[name].sync ?? 'event: finish\ndata: {"updated":true}\n\n',
        );
      }),
    );
  });

  it('builds what is missing or a day old, and nothing else', async () => {
    const now = Date.now();
    answers = {
      fresh: { builtAt: now - 3_600_000 },
      missing: {},
      old: { builtAt: now - 25 * 3_600_000 },
    };
    await run();
    expect(built.sort()).toEqual(['missing', 'old']);
  });

  it('goes on after one that fails, says so, and leaves it alone for a while', async () => {
    answers = {
      broken: { sync: 'event: error\ndata: "No mkdocs.yml"\n\n' },
      missing: {},
    };
    const one = builder();
    await run(one);
    expect(built.sort()).toEqual(['broken', 'missing']);
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringContaining('component:default/broken'),
      expect.objectContaining({ message: '"No mkdocs.yml"' }),
    );
    await run(one);
    await run(one);
    expect(built.filter(name => name === 'broken')).toHaveLength(1);
  });

  it('looks once a day at what is old and has not changed', async () => {
    answers = {
      old: {
        builtAt: Date.now() - 25 * 3_600_000,
        sync: 'event: finish\ndata: {"updated":false}\n\n',
      },
    };
    const one = builder();
    await run(one);
    await run(one);
    expect(built).toEqual(['old']);
    expect(logger.info).not.toHaveBeenCalled();
  });

  it('stops between two when the portal stops', async () => {
    answers = { missing: {} };
    await builder().run(AbortSignal.abort());
    expect(built).toEqual([]);
  });
});
