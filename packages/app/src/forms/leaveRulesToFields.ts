import type { ScaffolderApi } from '@backstage/plugin-scaffolder-react';
import type { JsonObject, JsonValue } from '@backstage/types';

/** Fields that look an answer over themselves, and say in a sentence what is wrong with it. */
const LOOK_OVER = ['ServiceName'];

/** Keeps the form from saying the same once more as a pattern. Whoever starts a task without it meets the rules all the same. */
export function leaveRulesToFields(api: ScaffolderApi): void {
  const getSchema = api.getTemplateParameterSchema.bind(api);
  api.getTemplateParameterSchema = async (...request) => {
    const manifest = await getSchema(...request);
    return {
      ...manifest,
      steps: manifest.steps.map(step => {
        const { properties } = step.schema as { properties?: JsonObject };
        return properties
          ? {
              ...step,
              schema: {
                ...step.schema,
                properties: Object.fromEntries(
                  Object.entries(properties).map(([name, property]) => [
                    name,
                    leaveRules(property),
                  ]),
                ),
              },
            }
          : step;
      }),
    };
  };
}

function leaveRules(property: JsonValue | undefined): JsonValue | undefined {
  const schema = (property ?? {}) as JsonObject;
  if (!LOOK_OVER.includes(String(schema['ui:field']))) {
    return property;
  }
  const { pattern, minLength, maxLength, ...others } = schema;
  return others;
}
