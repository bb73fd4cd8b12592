import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readFolder } from './readFolder';

describe('readFolder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'slipway-folder-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const at = (...names: string[]) => path.join(folder, ...names);
  const texts = async () =>
    (await readFolder(folder, 'policies')).map(({ text }) => text);

  it('reads files of YAML in the folder and in those in it', async () => {
    await mkdir(at('more', 'yet'), { recursive: true });
    await writeFile(at('b.yaml'), 'b');
    await writeFile(at('more', 'yet', 'c.yml'), 'c');
    await writeFile(at('README.md'), 'no policy');
    expect(await texts()).toEqual(['b', 'c']);
  });

  it('follows links to files, once, as a ConfigMap is mounted', async () => {
    await mkdir(at('..2026_11_29'));
    await writeFile(at('..2026_11_29', 'a.yaml'), 'a');
    await symlink('..2026_11_29', at('..data'));
    await symlink(path.join('..data', 'a.yaml'), at('a.yaml'));
    expect(await texts()).toEqual(['a']);
  });

  it('says of a link that leads nowhere or to a folder that it does', async () => {
    await symlink('gone.yaml', at('a.yaml'));
    await expect(readFolder(folder, 'policies')).rejects.toThrow(
      /ENOENT.*a\.yaml/,
    );
    await rm(at('a.yaml'));
    await mkdir(at('folder'));
    await symlink('folder', at('a.yaml'));
    await expect(readFolder(folder, 'policies')).rejects.toThrow(
      /a\.yaml leads to a folder/,
    );
  });
});
