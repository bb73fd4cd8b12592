import type { EntityPresentationApi } from '@backstage/plugin-catalog-react';
import type {
  ScaffolderApi,
  TemplateParameterSchema,
} from '@backstage/plugin-scaffolder-react';
import { nameAnswers } from './nameAnswers';
import { plans } from './PlanStore';

/** `ui:field` of the field that tells what was answered. */
export const PLAN_REPORTER = 'SlipwayPlanReporter';
/** Never answered, so never sent. */
const PROPERTY = 'slipwayPlan';

/**
 * Lets the wizard tell what is answered and what was refused: each of its forms gets a field that shows nothing. No
 * template has to know.
 */
export function reportPlans(
  api: ScaffolderApi,
  presentation: EntityPresentationApi,
): void {
  const getSchema = api.getTemplateParameterSchema.bind(api);
  const scaffold = api.scaffold.bind(api);
  api.getTemplateParameterSchema = async (templateRef, ...rest) =>
    nameAnswers(
      withReporter(await getSchema(templateRef, ...rest), templateRef),
      presentation,
    );
  api.scaffold = async (...request) => {
    try {
      return await scaffold(...request);
    } catch (error) {
      // Upstream's page says nothing of it.
      plans.refuse(error);
      throw error;
    }
  };
}

function withReporter(
  manifest: TemplateParameterSchema,
  templateRef: string,
): TemplateParameterSchema {
  return {
    ...manifest,
    steps: manifest.steps.map(step => {
      const { properties, 'ui:order': order } = step.schema;
      return {
        ...step,
        schema: {
          ...step.schema,
          properties: {
            ...(properties as object | undefined),
            [PROPERTY]: {
              type: 'string',
              'ui:field': PLAN_REPORTER,
              'ui:options': { templateRef },
            },
          },
          ...(Array.isArray(order) &&
            !order.includes('*') && { 'ui:order': [...order, PROPERTY] }),
        },
      };
    }),
  };
}
