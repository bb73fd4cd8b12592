import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { repository, type Settings } from './settings.ts';

/**
 * A person or a group of the company, as the organisation's file says.
 *
 * @public
 */
export interface Organisation {
  people: Account[];
  groups: { name: string; title: string }[];
}

/**
 * Somebody who can sign in.
 *
 * @public
 */
export interface Account {
  /** The login, and the name of the catalog's User entity. */
  name: string;
  displayName: string;
  email: string;
  /** Names of the groups that the person is a direct member of. */
  groups: string[];
  /** For people: what this account stands for. */
  description: string;
}

const documentSchema = z.object({
  kind: z.string(),
  metadata: z.object({
    name: z.string(),
    title: z.string().optional(),
    description: z.string().optional(),
  }),
});

const userSchema = documentSchema.extend({
  spec: z.object({
    profile: z.object({ displayName: z.string(), email: z.string() }),
    memberOf: z.array(z.string()).default([]),
  }),
});

/** Somebody who has an account and is unknown to the catalog: the portal refuses them with an explanation. */
const visitor: Account = {
  name: 'vera.visitor',
  displayName: 'Vera Visitor',
  email: 'vera.visitor@visitors.example',
  groups: [],
  description: 'Has an account, but is not in the catalog',
};

/**
 * Reads the organisation's file: the sample company's, or the one with the administrator alone.
 */
export async function readOrganisation(
  settings: Settings,
): Promise<Organisation> {
  const path = settings.sample
    ? join(repository, 'examples', 'org.yaml')
    : join(repository, 'packages', 'local-stack', 'people', 'org.yaml');
  const organisation = parseOrganisation(await readFile(path, 'utf8'));
  return settings.sample
    ? { ...organisation, people: [...organisation.people, visitor] }
    : organisation;
}

/** @internal Exported for its test. */
export function parseOrganisation(text: string): Organisation {
  const documents = parseAllDocuments(text).map(each => {
    if (each.errors.length > 0) {
      throw each.errors[0];
    }
    return each.toJS();
  });
  const organisation: Organisation = { people: [], groups: [] };
  for (const document of documents.filter(Boolean)) {
    const { kind, metadata } = documentSchema.parse(document);
    if (kind === 'Group') {
      organisation.groups.push({
        name: metadata.name,
        title: metadata.title ?? metadata.name,
      });
    } else if (kind === 'User') {
      const { spec } = userSchema.parse(document);
      organisation.people.push({
        name: metadata.name,
        displayName: spec.profile.displayName,
        email: spec.profile.email,
        groups: spec.memberOf,
        description: metadata.description ?? spec.memberOf.join(', '),
      });
    }
  }
  return organisation;
}
