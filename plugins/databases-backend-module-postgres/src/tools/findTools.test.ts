import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findTools } from './findTools';

describe('findTools', () => {
  let folder: string;
  const { PATH } = process.env;

  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'tools-'));
  });
  afterEach(async () => {
    process.env.PATH = PATH;
    await fs.rm(folder, { recursive: true });
  });

  /** A folder with programs that say they are of this version. */
  const make = async (name: string, dump: string, restore: string = dump) => {
    const made = path.join(folder, name);
    await fs.mkdir(made);
    for (const [program, version] of [
      ['pg_dump', dump],
      ['pg_restore', restore],
    ]) {
      await fs.writeFile(
        path.join(made, program),
        `#!/bin/sh\necho "${program} (PostgreSQL) ${version}"\n`,
        { mode: 0o755 },
      );
    }
    return made;
  };

  it('takes those of the server’s own version, and else newer ones', async () => {
    const folders = [
      await make('old', '15.18 (Debian 15.18-0+deb12u1)'),
      await make('newest', '20.1'),
      await make('newer', '19beta1'),
      await make('own', '18.4'),
    ];
    process.env.PATH = [...folders, '/usr/bin:/bin'].join(':');
    expect(findTools({ version: '18' })).toEqual({
      dump: path.join(folders[3], 'pg_dump'),
      restore: path.join(folders[3], 'pg_restore'),
      version: 18,
    });
    expect(findTools({ version: '19' })?.version).toBe(19);
    expect(findTools({ version: '21' })).toBeUndefined();
  });

  it('looks only in the folder that was named', async () => {
    process.env.PATH = `${await make('own', '18.4')}:/usr/bin:/bin`;
    const old = await make('old', '17.2');
    expect(findTools({ version: '18', folder: old })).toBeUndefined();
    expect(findTools({ version: '17', folder: old })?.version).toBe(17);
    expect(
      findTools({ version: '18', folder: path.join(folder, 'none') }),
    ).toBeUndefined();
  });

  it('takes no two that do not belong together, and none that do not run', async () => {
    const folders = [await make('mixed', '18.4', '17.2')];
    const broken = await make('broken', '18.4');
    await fs.chmod(path.join(broken, 'pg_restore'), 0o644);
    process.env.PATH = [...folders, broken, '/bin'].join(':');
    expect(findTools({ version: '18' })).toBeUndefined();
  });
});
