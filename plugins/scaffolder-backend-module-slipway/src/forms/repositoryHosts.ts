import type { Config } from '@backstage/config';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { hostKinds, hostsWithCredentials } from '../hosts/hostsWithCredentials';

/** Where the form offers to create repositories. */
export interface RepositoryChoices {
  hosts: string[];
  owners?: string[];
}

/** The hosts that repositories can be created on. */
export function readRepositoryChoices(config: Config): RepositoryChoices {
  return {
    hosts: [
      ...new Set(hostKinds.flatMap(kind => hostsWithCredentials(config, kind))),
    ],
    owners: config.getOptionalStringArray('scaffolder.slipway.owners'),
  };
}

/** Upstream's field, and ours around it. */
const FIELDS = new Set<unknown>(['RepoUrlPicker', 'RepositoryPicker']);

const formSchema = z.looseObject({
  steps: z.array(z.looseObject({ schema: z.looseObject({}).optional() })),
});

/**
 * Fills in the hosts of every `RepoUrlPicker` and `RepositoryPicker` that names none, as the form is
 * sent to the browser. The field offers nothing otherwise, and a template that
 * named them would fit a single company.
 */
export function fillRepositoryChoices(
  choices: RepositoryChoices,
): RequestHandler {
  return (_request, response, next) => {
    const send = response.json.bind(response);
    response.json = body => {
      const form = formSchema.safeParse(body);
      if (form.success && choices.hosts.length > 0) {
        form.data.steps.forEach(({ schema }) => fill(schema, choices));
      }
      return send(form.success ? form.data : body);
    };
    next();
  };
}

/** Fields may be nested, under `properties` and in conditions. */
function fill(node: unknown, choices: RepositoryChoices): void {
  if (Array.isArray(node)) {
    node.forEach(child => fill(child, choices));
    return;
  }
  if (!node || typeof node !== 'object') {
    return;
  }
  const field = node as Record<string, unknown>;
  if (FIELDS.has(field['ui:field'])) {
    field['ui:options'] = {
      allowedHosts: choices.hosts,
      ...(choices.owners && { allowedOwners: choices.owners }),
      ...(field['ui:options'] as object | undefined),
    };
    return;
  }
  Object.values(field).forEach(child => fill(child, choices));
}
