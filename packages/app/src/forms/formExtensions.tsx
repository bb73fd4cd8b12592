import scaffolderPlugin from '@backstage/plugin-scaffolder/alpha';
import {
  createFormField,
  FormFieldBlueprint,
  type FormFieldExtensionData,
} from '@backstage/plugin-scaffolder-react/alpha';

/** `ui:field: ServiceName` of golden paths. */
const serviceName = FormFieldBlueprint.make({
  name: 'service-name',
  params: {
    field: async () => {
      const { ServiceName, validateServiceName } =
        await import('./ServiceName');
      return createFormField({
        name: 'ServiceName',
        component: ServiceName,
        validation: validateServiceName,
      });
    },
  },
});

const repoUrlPicker = scaffolderPlugin
  .getExtension('scaffolder-form-field:scaffolder/repo-url-picker')
  .override({
    factory: originalFactory => {
      const load = originalFactory().get(
        FormFieldBlueprint.dataRefs.formFieldLoader,
      );
      return [
        FormFieldBlueprint.dataRefs.formFieldLoader(async () => {
          const { explainRepository } = await import('./explainRepository');
          // Upstream hides what a field is made of, and has no other way to add to one.
          const field = (await load()) as unknown as FormFieldExtensionData;
          return createFormField({
            ...field,
            ...explainRepository(field as never),
          } as FormFieldExtensionData);
        }),
      ];
    },
  });

/** What Slipway adds to the forms of golden paths. */
export const formExtensions = [serviceName, repoUrlPicker];
