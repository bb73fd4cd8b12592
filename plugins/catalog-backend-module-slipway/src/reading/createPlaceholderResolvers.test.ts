import { Readable } from 'node:stream';
import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { ScmIntegrations } from '@backstage/integration';
import type { PlaceholderResolverParams } from '@backstage/plugin-catalog-node';
import { OpenSources } from '../sources/OpenSources';
import { createPlaceholderResolvers } from './createPlaceholderResolvers';

const FROM =
  'https://git.example.com/acme/boats/src/branch/main/catalog-info.yaml';
const config = new ConfigReader({
  integrations: { gitea: [{ host: 'git.example.com' }] },
  backend: { reading: { allow: [{ host: 'files.example.com' }] } },
  catalog: {
    locations: [{ type: 'file', target: '/srv/catalog.yaml' }],
    slipway: { openSources: ['https://git.example.com/acme/handbook'] },
  },
});

describe('createPlaceholderResolvers', () => {
  const files: Record<string, string | Buffer> = {};
  const asked: string[] = [];
  const resolvers = createPlaceholderResolvers({
    sources: OpenSources.fromConfig(config),
    reader: mockServices.urlReader.mock({
      readUrl: async url => {
        asked.push(url);
        const content = files[url.replace(/^.*\//, '')];
        if (content === undefined) throw new Error('there is no such file');
        const buffer = Buffer.from(content);
        return {
          buffer: async () => buffer,
          stream: () => Readable.from([buffer]),
        };
      },
    }),
  });
  beforeEach(() => {
    asked.length = 0;
  });

  const entity = () => {
    const emit = jest.fn();
    const resolve = (
      key: 'text' | 'json' | 'yaml',
      value: PlaceholderResolverParams['value'],
      baseUrl = FROM,
    ) =>
      resolvers[key]({
        key,
        value,
        baseUrl,
        emit,
        read: async () => Buffer.alloc(0),
        resolveUrl: (url, base) =>
          ScmIntegrations.fromConfig(config).resolveUrl({ url, base }),
      });
    return { emit, resolve };
  };

  it('gives what is in files of the same repository', async () => {
    files['a.txt'] = 'text';
    files['a.json'] = '{"a":[1]}';
    files['a.yaml'] = 'a: &x [1]\nb: *x';
    const { emit, resolve } = entity();
    expect(await resolve('text', './docs/a.txt')).toBe('text');
    expect(await resolve('json', './a.json')).toEqual({ a: [1] });
    expect(await resolve('yaml', '/a.yaml')).toEqual({ a: [1], b: [1] });
    expect(emit).toHaveBeenCalledWith({
      type: 'refresh',
      key: 'url:https://git.example.com/acme/boats/src/branch/main/docs/a.txt',
    });
  });

  it.each([
    'https://git.example.com/acme/secrets/src/branch/main/a.txt',
    // The reader of Gitea takes any two words here, and so reads the file.
    'https://git.example.com/acme/secrets/any/thing/main/a.txt',
    '../../../../secrets/src/branch/main/a.txt',
    'https://github.com/acme/boats/blob/main/a.txt',
    'https://storage.cloud.google.com/bucket/a.txt',
    'file:///etc/passwd',
  ])('does not read %s', async address => {
    await expect(entity().resolve('text', address)).rejects.toThrow(
      /which is not in the same repository/,
    );
    expect(asked).toEqual([]);
  });

  it.each([
    [
      'another repository that is open to all',
      'https://git.example.com/acme/handbook/src/branch/main/a.txt',
      FROM,
    ],
    [
      'what is read without an account',
      'https://files.example.com/a.txt',
      FROM,
    ],
    [
      'anything for files that only the configuration can name',
      'https://git.example.com/acme/boats/src/branch/main/a.txt',
      '/srv/catalog.yaml',
    ],
  ])('reads %s', async (_, address, from) => {
    files['a.txt'] = 'text';
    expect(await entity().resolve('text', address, from)).toBe('text');
  });

  it.each<['text' | 'json' | 'yaml', string | Buffer, RegExp]>([
    ['text', Buffer.alloc(5 * 2 ** 20 + 1), /more than the 5242880 bytes/],
    ['json', Buffer.alloc(2 ** 20 + 1), /more than the 1048576 bytes/],
    ['yaml', Buffer.alloc(2 ** 20 + 1), /more than the 1048576 bytes/],
    ['json', '{', /cannot be taken in/],
    ['yaml', 'a: 1\na: 2', /the key "a" is there twice/],
    ['yaml', 'a: 1\n---\nb: 1', /2 documents and must have exactly one/],
    ['yaml', '', /0 documents and must have exactly one/],
    [
      'yaml',
      // 90 aliases that stand for 9^10 texts.
      Array.from({ length: 11 }, (_, n) =>
        n ? `l${n}: &a${n} [${`*a${n - 1},`.repeat(9)}]` : 'l0: &a0 [x]',
      ).join('\n'),
      /when its aliases are written out/,
    ],
    ['yaml', `a: &a x\nb: [${'*a,'.repeat(101)}]`, /at most 100/],
    ['yaml', '['.repeat(200_000), /cannot be taken in/],
  ])('says what is wrong with $%s, case %#', async (key, content, expected) => {
    files.wrong = content;
    await expect(entity().resolve(key, './wrong')).rejects.toThrow(expected);
  });

  it('says what is wrong with what is no address', async () => {
    await expect(entity().resolve('text', 123)).rejects.toThrow(
      'Placeholder $text: 123 is no text. Write a path, or the address of a file.',
    );
    await expect(entity().resolve('text', './nowhere')).rejects.toThrow(
      'Placeholder $text: "./nowhere" could not be read. there is no such file',
    );
  });

  it('reads no more YAML for one entity than for one file', async () => {
    files.nested = '[x],'.repeat(25_000).replace(/^(.*),$/, '[$1]');
    const large = entity();
    await large.resolve('yaml', './nested');
    await expect(large.resolve('yaml', './nested')).rejects.toThrow(
      /this and the files that are read with it have too many words and signs/,
    );
    expect(await entity().resolve('yaml', './nested')).toHaveLength(25_000);
  });

  it('counts together what is read at once', async () => {
    files.part = Buffer.alloc(2 ** 21);
    const { resolve } = entity();
    const all = await Promise.allSettled(
      Array.from({ length: 4 }, () => resolve('text', './part')),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });

  it('reads no more for one entity than the portal has room for', async () => {
    files.long = Buffer.alloc(5 * 2 ** 20);
    files.full = JSON.stringify('x'.repeat(2 ** 20 - 2));
    files.small = '"x"';
    const large = entity();
    await large.resolve('text', './long');
    await expect(large.resolve('text', './small')).rejects.toThrow(
      /may name 5242880 bytes/,
    );
    for (let count = 0; count < 4; count += 1) {
      await large.resolve('json', './full');
    }
    await expect(large.resolve('yaml', './small')).rejects.toThrow(
      /may name 4194304 bytes/,
    );
    const many = entity();
    for (let count = 0; count < 50; count += 1) {
      await many.resolve('text', './small');
    }
    await expect(many.resolve('text', './small')).rejects.toThrow(
      /an entity may have 50 placeholders/,
    );
    expect(await entity().resolve('text', './small')).toBe('"x"');
  });

  it('takes for ten times the keys not a hundred times as long', async () => {
    const took = async (keys: number) => {
      files.keys = Array.from({ length: keys }, (_, n) => `k${n}: 1`).join(
        '\n',
      );
      const start = performance.now();
      await entity().resolve('yaml', './keys');
      return performance.now() - start;
    };
    await took(2_500);
    const few = Math.min(await took(2_500), await took(2_500));
    expect(await took(25_000)).toBeLessThan(40 * few);
  });
});
