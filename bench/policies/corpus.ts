import { topic } from '../portal/catalogData.ts';

/** A request as JSON has it. */
export type Json = Record<string, unknown>;

/** What both sides must find: the rule and the field. */
export interface Found {
  rule: string;
  field: string;
}

/** A rule, as an author writes it for our side and as a programmer writes it by hand. */
interface Rule {
  field: string;
  expression: string;
  byHand(object: any, params: any): boolean;
}

const databaseRules: Rule[] = [
  {
    field: 'encrypted',
    expression:
      "object.environment != 'production' || (has(object.encrypted) && object.encrypted)",
    byHand: object =>
      object.environment !== 'production' || object.encrypted === true,
  },
  {
    field: 'name',
    expression:
      "object.name.matches('^[a-z][a-z0-9]*(-[a-z0-9]+)*$') && !object.name.startsWith(params.prefix)",
    byHand: (object, params) =>
      /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(object.name) &&
      !object.name.startsWith(params.prefix),
  },
  {
    field: 'size',
    expression:
      '!(object.environment in params.sizes) || object.size in params.sizes[object.environment]',
    byHand: (object, params) =>
      !Object.hasOwn(params.sizes, object.environment) ||
      params.sizes[object.environment].includes(object.size),
  },
  {
    field: 'version',
    expression:
      "!has(object.version) || params.versions.exists(v, object.version == v || object.version.startsWith(v + '.'))",
    byHand: (object, params) =>
      object.version === undefined ||
      params.versions.some(
        (v: string) =>
          object.version === v || object.version.startsWith(`${v}.`),
      ),
  },
  {
    field: 'backup.retentionDays',
    expression:
      '!has(object.backup) || (object.backup.retentionDays >= params.days && object.backup.retentionDays <= 365)',
    byHand: (object, params) =>
      object.backup === undefined ||
      (object.backup.retentionDays >= params.days &&
        object.backup.retentionDays <= 365),
  },
];

const entityRules: Rule[] = [
  {
    field: 'spec.owner',
    expression:
      "has(object.spec.owner) && !object.spec.owner.startsWith('user:')",
    byHand: ({ spec }) =>
      Boolean(spec.owner) && !spec.owner.startsWith('user:'),
  },
  {
    field: 'metadata.tags',
    expression:
      '!has(object.metadata.tags) || object.metadata.tags.all(t, t.size() <= 20 && !t.startsWith(params.prefix))',
    byHand: ({ metadata }, params) =>
      (metadata.tags ?? []).every(
        (t: string) => t.length <= 20 && !t.startsWith(params.prefix),
      ),
  },
  {
    field: 'metadata.labels',
    expression:
      "has(object.metadata.labels) && 'slipway.dev/tier' in object.metadata.labels && object.metadata.labels['slipway.dev/tier'] in params.tiers",
    byHand: ({ metadata }, params) =>
      params.tiers.includes(metadata.labels?.['slipway.dev/tier']),
  },
];

/** About the components of the generated catalog: one in ten is against the second. */
const componentRules: Rule[] = [
  entityRules[0],
  entityRules[1],
  {
    field: 'metadata.annotations',
    expression:
      "has(object.metadata.annotations) && 'example.com/number' in object.metadata.annotations",
    byHand: ({ metadata }) =>
      metadata.annotations?.['example.com/number'] !== undefined,
  },
];

const VALIDATIONS = 3;

interface Corpus {
  rules: Rule[];
  kind: string;
  params: Json;
  mode?: 'deny' | 'warn';
  operations?: string[];
}

export const databases: Corpus = {
  rules: databaseRules,
  kind: 'DatabaseRequest',
  params: {
    prefix: 'pg-',
    sizes: { development: ['small', 'medium'], staging: ['small'] },
    versions: ['16', '17', '18'],
    days: 30,
  },
};

export const entities: Corpus = {
  rules: entityRules,
  kind: 'Component',
  params: { prefix: 'tmp-', tiers: ['1', '2', '3'] },
};

/** What is swept: it warns, so that all of the catalog is in it. */
export const components: Corpus = {
  rules: componentRules,
  kind: 'Component',
  params: { prefix: topic(0) },
  mode: 'warn',
  operations: ['create', 'update', 'exists'],
};

const ruleAt = ({ rules }: Corpus, policy: number, validation: number) =>
  rules[(policy + validation) % rules.length];

/** Policies of which all are about the corpus' requests, three rules each. No two are the same. */
export function policyFiles(corpus: Corpus, count: number) {
  return Array.from({ length: count }, (_, i) => ({
    file: `${i}.yaml`,
    text: JSON.stringify({
      apiVersion: 'slipway.dev/v1alpha1',
      kind: 'Policy',
      metadata: { name: `p${i}`, title: `Policy ${i}`, description: 'One.' },
      spec: {
        owner: 'platform-team',
        mode: corpus.mode ?? 'deny',
        reason: 'It is a rule.',
        comply: 'Keep to it.',
        match: {
          kinds: [corpus.kind],
          operations: corpus.operations ?? ['create'],
        },
        params: { ...corpus.params, number: i },
        validations: Array.from({ length: VALIDATIONS }, (__, k) => ({
          expression: ruleAt(corpus, i, k).expression,
          field: ruleAt(corpus, i, k).field,
          message: 'It is against the rule.',
        })),
      },
    }),
  }));
}

/** The same by hand: the shortest functions that do the same checks, called one after the other. */
export function byHand(corpus: Corpus, count: number) {
  const policies = Array.from({ length: count }, (_, i) => ({
    name: `p${i}`,
    params: { ...corpus.params, number: i },
    rules: Array.from({ length: VALIDATIONS }, (__, k) => ruleAt(corpus, i, k)),
  }));
  return (object: Json): Found[] => {
    const found: Found[] = [];
    for (const { name, params, rules } of policies) {
      for (const { field, byHand: check } of rules) {
        if (!check(object, params)) {
          found.push({ rule: name, field });
        }
      }
    }
    return found;
  };
}

/** The n-th request for a database; most are fine, some break a rule or two. */
export function databaseRequest(n: number): Json {
  return {
    name: n % 17 === 0 ? 'pg-orders' : `orders-${n}`,
    engine: 'postgres',
    version: n % 13 === 0 ? '12' : '18.1',
    size: ['small', 'medium', 'large'][n % 3],
    environment: ['development', 'staging', 'production'][(n >> 2) % 3],
    owner: 'group:default/team-orders',
    description: 'Orders of customers, and what has become of them.',
    encrypted: n % 19 !== 0,
    backup: { enabled: true, retentionDays: n % 11 === 0 ? 7 : 30 },
  };
}

/** The n-th entity of a catalog. */
export function entity(n: number): Json {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: {
      name: `component-${n}`,
      description: 'A component of a large catalog.',
      labels: { 'slipway.dev/tier': String(n % 4), team: 'orders' },
      annotations: {
        'backstage.io/techdocs-ref': 'dir:.',
        'backstage.io/source-location': 'url:https://git.example.com/a/b',
      },
      tags: ['typescript', n % 5 === 0 ? 'tmp-one' : 'orders'],
    },
    spec: {
      type: 'service',
      lifecycle: 'production',
      owner: n % 7 === 0 ? 'user:default/sam.okafor' : 'team-orders',
      system: 'shop',
    },
  };
}
