import scaffolderPlugin from '@backstage/plugin-scaffolder/alpha';
import {
  createFormField,
  FormFieldBlueprint,
  type FormField,
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

let loadRepoUrlPicker = (): Promise<FormField> =>
  Promise.reject(
    new Error(
      "The field RepositoryPicker is made from upstream's RepoUrlPicker, which is switched off: take scaffolder-form-field:scaffolder/repo-url-picker out of app.extensions in the configuration.",
    ),
  );

/** Upstream's own, as it is. To put another in its place has no effect: its page prefers its own field of that name. */
export const repoUrlPicker = scaffolderPlugin
  .getExtension('scaffolder-form-field:scaffolder/repo-url-picker')
  .override({
    factory: originalFactory => {
      const original = originalFactory();
      loadRepoUrlPicker = original.get(
        FormFieldBlueprint.dataRefs.formFieldLoader,
      );
      return [...original];
    },
  });

/** `ui:field: RepositoryPicker`: upstream's `RepoUrlPicker`, which says what is wrong with a name. */
export const repositoryPicker = FormFieldBlueprint.make({
  name: 'repository-picker',
  params: {
    field: async () => {
      const { explainRepository } = await import('./explainRepository');
      // Upstream hides what a field is made of, and has no other way to add to one.
      const field =
        (await loadRepoUrlPicker()) as unknown as FormFieldExtensionData;
      return createFormField({
        ...explainRepository(field as never),
        name: 'RepositoryPicker',
        schema: field.schema,
      } as FormFieldExtensionData);
    },
  },
});

/** `ui:field: TaskThings` of the form that removes what a task made. */
const taskThings = FormFieldBlueprint.make({
  name: 'task-things',
  params: {
    field: async () => {
      const { TaskThings, validateTaskThings } = await import('./TaskThings');
      return createFormField({
        name: 'TaskThings',
        component: TaskThings,
        validation: validateTaskThings as never,
      });
    },
  },
});

/** What Slipway adds to the forms of golden paths. */
export const formExtensions = [
  serviceName,
  repoUrlPicker,
  repositoryPicker,
  taskThings,
];
