import { createMockDirectory } from '@backstage/backend-test-utils';
import { readdirSync } from 'node:fs';
import { removeLeftovers, removeTemporary } from './temporaryFolders';

describe('temporary folders of builds', () => {
  const parent = createMockDirectory();
  const left = () => readdirSync(parent.path).sort();

  beforeEach(() =>
    parent.setContent({
      'slipway-docs-abc/docs/index.md': '# Hi',
      'slipway-mkdocs-abc/sitecustomize.py': '',
      'techdocs-tmp-abc/index.html': '',
      'of-others/file': '',
    }),
  );

  it('are left behind by a killed portal, and removed an hour later', async () => {
    await removeLeftovers(parent.path);
    expect(left()).toHaveLength(4);
    await removeLeftovers(parent.path, Date.now() + 61 * 60_000);
    expect(left()).toEqual(['of-others']);
    await removeLeftovers(parent.resolve('missing'));
  });

  it('are all that is removed', async () => {
    await removeTemporary(
      ['of-others', 'techdocs-tmp-abc', 'slipway-docs-gone'].map(name =>
        parent.resolve(name),
      ),
    );
    expect(left()).toEqual([
      'of-others',
      'slipway-docs-abc',
      'slipway-mkdocs-abc',
    ]);
  });
});
