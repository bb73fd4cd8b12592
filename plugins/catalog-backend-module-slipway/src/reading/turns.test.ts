import { useGitHost } from '../__testUtils__/useGitHost';

jest.setTimeout(180_000);

describe('documents that the catalog reads for people', () => {
  const { host, catalog, address, put, dryRun } = useGitHost();
  const analyze = (person: string, target: string) =>
    catalog().call(person, 'POST', '/analyze-location', {
      location: { type: 'url', target },
    });
  const validate = (person: string, target: string) =>
    catalog().call(person, 'POST', '/validate-entity', {
      entity: {
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'API',
        metadata: { name: 'boats' },
        spec: {
          type: 'openapi',
          lifecycle: 'production',
          owner: 'team-orders',
          definition: { $text: './catalog-info.yaml' },
        },
      },
      location: `url:${target}`,
    });

  beforeEach(() => {
    put('acme/open', 'open');
    host.milliseconds = 200;
  });

  it('come one at a time for each person, whichever way they ask', async () => {
    const target = address('acme/open');
    const answers = await Promise.all([
      dryRun('sam', target),
      validate('sam', target),
      dryRun('sam', target),
      validate('sam', target),
      analyze('sam', target),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([
      201, 200, 201, 200, 200,
    ]);
    expect(host.mostAtOnce).toBe(1);

    await Promise.all([dryRun('sam', target), dryRun('ines', target)]);
    expect(host.mostAtOnce).toBe(2);
  });

  it('are still one at a time when people do not wait for the answers', async () => {
    const target = address('acme/open');
    const leaving = () =>
      catalog()
        .call(
          'sam',
          'POST',
          '/locations?dryRun=1',
          { type: 'url', target },
          undefined,
          AbortSignal.timeout(100),
        )
        .catch(error => error.name);
    const left = [leaving(), leaving(), leaving()];
    expect(await Promise.all(left)).toEqual(Array(3).fill('TimeoutError'));
    expect((await dryRun('sam', target)).status).toBe(201);
    expect(host.mostAtOnce).toBe(1);
  });

  it('are refused when many wait, with the reason and for how long', async () => {
    const target = address('acme/open');
    const answers = await Promise.all(
      Array.from({ length: 14 }, () => validate('sam', target)),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(3);
    expect(refused[0].headers.get('retry-after')).toBe('5');
    expect(refused[0].body.error.name).toBe('TooManyRequestsError');
    expect(refused[0].body.error.message).toMatch(
      /^Files are read for you one at a time, and 10 wait already\. Try again/,
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(11);
    expect((await validate('sam', target)).status).toBe(200);
  });

  it('do not keep an action waiting for itself', async () => {
    const entity = 'kind: Component\nmetadata: { name: boats }';
    const answers = await Promise.all(
      Array.from({ length: 3 }, () =>
        catalog().call(
          'sam',
          'POST',
          '/.backstage/actions/v1/actions/catalog:validate-entity/invoke',
          { entity },
        ),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});
