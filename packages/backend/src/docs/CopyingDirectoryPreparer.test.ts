import {
  createMockDirectory,
  mockServices,
} from '@backstage/backend-test-utils';
import { rm, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CopyingDirectoryPreparer } from './CopyingDirectoryPreparer';

describe('CopyingDirectoryPreparer', () => {
  const folder = createMockDirectory({
    content: {
      'catalog-info.yaml': '',
      'mkdocs.yml': 'site_name: Boats',
      docs: { 'index.md': '# Boats' },
      node_modules: { heavy: { 'index.js': '' } },
    },
  });
  const preparer = CopyingDirectoryPreparer.create(mockServices.rootConfig(), {
    logger: mockServices.logger.mock(),
    reader: mockServices.urlReader.mock(),
  });
  const entity = {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: {
      name: 'boats',
      annotations: {
        'backstage.io/techdocs-ref': 'dir:.',
        'backstage.io/managed-by-location': `file:${folder.resolve(
          'catalog-info.yaml',
        )}`,
      },
    },
  };

  it('hands out a copy without what is heavy, and again only after a change', async () => {
    const first = await preparer.prepare(entity);
    expect(readFileSync(join(first.preparedDir, 'docs/index.md'), 'utf8')).toBe(
      '# Boats',
    );
    expect(existsSync(join(first.preparedDir, 'node_modules'))).toBe(false);
    await writeFile(join(first.preparedDir, 'mkdocs.yml'), 'patched');
    expect(readFileSync(folder.resolve('mkdocs.yml'), 'utf8')).toBe(
      'site_name: Boats',
    );

    await expect(
      preparer.prepare(entity, { etag: first.etag }),
    ).rejects.toMatchObject({ name: 'NotModifiedError' });
    await writeFile(folder.resolve('docs/more.md'), '# More');
    const second = await preparer.prepare(entity, { etag: first.etag });
    expect(existsSync(join(second.preparedDir, 'docs/more.md'))).toBe(true);
    await rm(first.preparedDir, { recursive: true });
    await rm(second.preparedDir, { recursive: true });
  });
});
