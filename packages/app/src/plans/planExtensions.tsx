import { coreExtensionData } from '@backstage/frontend-plugin-api';
import scaffolderPlugin from '@backstage/plugin-scaffolder/alpha';
import {
  createFormField,
  FormFieldBlueprint,
} from '@backstage/plugin-scaffolder-react/alpha';
import { PlanFrame } from './PlanFrame';
import { PLAN_REPORTER } from './reportPlans';

/** Tells what is answered in a wizard; shows nothing. */
export const planReporter = FormFieldBlueprint.make({
  name: 'plan-reporter',
  params: {
    field: async () => {
      const { PlanReporter } = await import('./PlanReporter');
      return createFormField({ name: PLAN_REPORTER, component: PlanReporter });
    },
  },
});

/** Upstream's pages of golden paths; below a wizard stands what the policies say. */
const templatesSubPage = scaffolderPlugin
  .getExtension('sub-page:scaffolder/templates')
  .override({
    factory: originalFactory => {
      const original = originalFactory();
      return [
        ...original,
        coreExtensionData.reactElement(
          <PlanFrame>{original.get(coreExtensionData.reactElement)}</PlanFrame>,
        ),
      ];
    },
  });

/** What Slipway adds to the wizards of golden paths. */
export const planExtensions = [planReporter, templatesSubPage];
