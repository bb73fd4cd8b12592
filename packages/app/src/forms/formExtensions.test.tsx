import { createExtensionTester } from '@backstage/frontend-test-utils';
import { FormFieldBlueprint } from '@backstage/plugin-scaffolder-react/alpha';
import { repositoryPicker, repoUrlPicker } from './formExtensions';

describe('repositoryPicker', () => {
  it('is made from the RepoUrlPicker, and says so where that is switched off', async () => {
    const { formFieldLoader } = FormFieldBlueprint.dataRefs;
    const load = () =>
      createExtensionTester(repositoryPicker).get(formFieldLoader)();
    await expect(load()).rejects.toThrow(
      /RepoUrlPicker, which is switched off: take scaffolder-form-field:scaffolder\/repo-url-picker out/,
    );

    createExtensionTester(repoUrlPicker).get(formFieldLoader);
    expect(await load()).toMatchObject({ name: 'RepositoryPicker' });
  });
});
