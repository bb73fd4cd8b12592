import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import type { EntityPresentationApi } from '@backstage/plugin-catalog-react';
import type { TemplateParameterSchema } from '@backstage/plugin-scaffolder-react';
import type { JsonObject, JsonValue } from '@backstage/types';
import { plans } from './PlanStore';

/** Fields whose answers are references, which their own lists show by name. */
const PICKERS = [
  'EntityPicker',
  'MultiEntityPicker',
  'MyGroupsPicker',
  'OwnedEntityPicker',
  'OwnerPicker',
  'RepositoryPicker',
  'RepoUrlPicker',
];

/**
 * Lets the review at the end of a wizard show names where answers are references. What a template says there itself stays.
 *
 * @remarks
 *
 * Upstream has a place for a text that is shown instead of an answer, and reads it when it shows the review. By then names have
 * been looked up: since the answers were given.
 */
export function nameAnswers(
  manifest: TemplateParameterSchema,
  presentation: EntityPresentationApi,
): TemplateParameterSchema {
  const names = new Map<string, string>();
  const answered = new Set<string>();
  const nameOf = (value: JsonValue | undefined): string | undefined => {
    if (Array.isArray(value)) {
      return value.map(each => nameOf(each) ?? String(each)).join(', ');
    }
    return typeof value === 'string'
      ? (repositoryOf(value) ?? names.get(value))
      : undefined;
  };
  plans.subscribe(() => {
    for (const property of answered) {
      const value = plans.get()?.parameters[property];
      for (const ref of [value].flat().map(entityRefOf)) {
        if (ref && !names.has(ref)) {
          const { snapshot, promise } = presentation.forEntity(ref);
          names.set(ref, snapshot.primaryTitle);
          promise.then(
            ({ primaryTitle }) => names.set(ref, primaryTitle),
            () => {},
          );
        }
      }
    }
  });
  // Upstream copies the schema when it has it, and writes and reads it as JSON when it shows the review.
  class Review {
    constructor(readonly property: string) {}

    toJSON() {
      return { mask: nameOf(plans.get()?.parameters[this.property]) };
    }
  }
  const named = (name: string, property: JsonObject): JsonObject => {
    answered.add(name);
    const review = new Review(name) as unknown as JsonObject;
    return { ...property, 'ui:backstage': { ...optionsOf(property), review } };
  };
  return {
    ...manifest,
    steps: manifest.steps.map(step => {
      const { properties } = step.schema as { properties?: JsonObject };
      return {
        ...step,
        schema: {
          ...step.schema,
          properties: Object.fromEntries(
            Object.entries(properties ?? {}).map(([name, property]) => [
              name,
              isPicked(property) ? named(name, property) : property,
            ]),
          ),
        },
      };
    }),
  };
}

function isPicked(property: JsonValue | undefined): property is JsonObject {
  const { 'ui:field': field } = (property ?? {}) as JsonObject;
  return (
    PICKERS.includes(String(field)) &&
    !optionsOf(property as JsonObject)?.review
  );
}

function optionsOf(property: JsonObject): JsonObject | undefined {
  return property['ui:backstage'] as JsonObject | undefined;
}

/** Of an address such as `host?owner=…&repo=…`, as pickers of repositories have it. */
export function repositoryOf(value: string): string | undefined {
  const [host, query] = value.split('?');
  const parts = new URLSearchParams(query);
  const repo = parts.get('repo');
  const path = ['organization', 'workspace', 'project', 'owner']
    .map(part => parts.get(part))
    .filter(Boolean);
  return host && repo ? `${[...path, repo].join('/')} on ${host}` : undefined;
}

/** Only of what is the whole of one: other texts are shown as they are. */
function entityRefOf(value: unknown): string | undefined {
  try {
    const ref = stringifyEntityRef(parseEntityRef(String(value)));
    return ref === value ? ref : undefined;
  } catch {
    return undefined;
  }
}
