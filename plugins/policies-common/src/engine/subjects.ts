import type { JsonObject, JsonValue } from '@backstage/types';
import {
  bool,
  double,
  dyn,
  int,
  list,
  map,
  object,
  text,
  timestamp,
  type CelShape,
} from '../cel/shapes';

/**
 * A kind of request that policies can be about: the fields it has, and where to find what policies match by.
 * @public
 */
export interface PolicySubject {
  /** The fields of `object` and `oldObject`. */
  shape: CelShape;
  /** Where to find what the request does not say itself, e.g. `spec.owner`. */
  environment?: readonly string[];
  owner?: readonly string[];
  /** Where the catalog looks for a short owner of this kind; in the namespace of the entity when left out. */
  ownerNamespace?: string;
  labels?: readonly string[];
  /** Fields of `object` that nobody writes: whoever carries the request out finds them out before it asks. */
  foundOut?: readonly string[];
}

const ref = text(200);

const databaseRequest: PolicySubject = {
  shape: object('DatabaseRequest', {
    name: text(63),
    engine: text(30),
    version: text(20),
    size: text(30),
    environment: text(63),
    owner: ref,
    description: text(1_000),
    // Not offered by every installation: ask with has().
    labels: map(text(253), 50),
    encrypted: bool,
    highAvailability: bool,
    backup: object('Backup', { enabled: bool, retentionDays: int }),
    expiresAt: text(40),
    // The database whose backup it begins with.
    restoredFrom: object('RestoredFrom', {
      name: text(63),
      environment: text(63),
    }),
    pricePerMonth: object('Money', { amount: double, currency: text(3) }),
    // Of a deletion. What could not be asked is absent: ask with has().
    use: object('Use', { dependents: int, sessions: int }),
  }),
  environment: ['environment'],
  owner: ['owner'],
  labels: ['labels'],
  foundOut: [
    'version',
    'pricePerMonth',
    'encrypted',
    'highAvailability',
    'backup',
  ],
};

const metadata = object(
  'Metadata',
  {
    name: text(63),
    namespace: text(63),
    title: text(1_000),
    description: text(20_000),
    labels: map(text(63), 100),
    annotations: map(text(20_000), 200),
    tags: list(text(63), 100),
    links: list(
      object(
        'Link',
        {
          url: text(2_000),
          title: text(1_000),
          icon: text(100),
          type: text(100),
        },
        { open: true },
      ),
      100,
    ),
  },
  { open: true },
);

/** An entity of the catalog. Relations and status are made by the catalog, and no policy is about them. */
function entity(kind: string, spec: Record<string, CelShape> = {}) {
  const shape = object(kind, {
    apiVersion: text(100),
    kind: text(63),
    metadata,
    spec: object(
      `${kind}Spec`,
      { type: text(200), owner: ref, ...spec },
      { open: true },
    ),
  });
  const subject: PolicySubject = {
    shape,
    environment: ['spec', 'environment'],
    owner: ['spec', 'owner'],
    labels: ['metadata', 'labels'],
  };
  return subject;
}

const refs = list(ref, 500);

const ingress = object('Ingress', { enabled: bool, hostname: text(253) });

const environment = entity('Environment', {
  cluster: text(253),
  namespace: text(63),
  services: list(
    object(
      'Service',
      {
        name: text(63),
        component: ref,
        // Not offered yet: ask with has().
        image: text(300),
        replicas: int,
        resources: object('Resources', { cpu: text(20), memory: text(20) }),
      },
      { open: true },
    ),
    100,
  ),
  databases: list(
    object(
      'Database',
      { name: text(63), type: text(30), size: text(30), resource: ref },
      { open: true },
    ),
    200,
  ),
  networking: object(
    'Networking',
    { ingress, egress: object('Egress', { allowed: dyn }) },
    { open: true },
  ),
  dependsOn: refs,
  expiresAt: text(40),
});

const template = entity('Template', {
  lifecycle: text(63),
  parameters: dyn,
  steps: list(
    object(
      'Step',
      {
        id: text(200),
        name: text(500),
        action: text(200),
        if: dyn,
        input: dyn,
      },
      { open: true },
    ),
    200,
  ),
  output: dyn,
});

/** Of Slipway's own kinds: their namespaces are often Kubernetes', which hold no people. */
const ownedByDefault = { ownerNamespace: 'default' };

const templateTask: PolicySubject = {
  shape: object('TemplateTask', {
    /** `template:<namespace>/<name>` */
    templateRef: ref,
    template: template.shape,
    parameters: map(dyn, 200),
  }),
  environment: ['parameters', 'environment'],
  owner: ['parameters', 'owner'],
  foundOut: ['template'],
};

/**
 * The kinds of requests that Slipway itself makes.
 * @public
 */
export const policySubjects: Readonly<Record<string, PolicySubject>> = {
  DatabaseRequest: databaseRequest,
  TemplateTask: templateTask,
  Component: entity('Component', {
    lifecycle: text(63),
    system: ref,
    subcomponentOf: ref,
    providesApis: refs,
    consumesApis: refs,
    dependsOn: refs,
  }),
  API: entity('API', {
    lifecycle: text(63),
    system: ref,
    definition: text(10_000_000),
  }),
  Resource: entity('Resource', {
    system: ref,
    lifecycle: text(63),
    dependsOn: refs,
    dependencyOf: refs,
  }),
  System: entity('System', { domain: ref }),
  Domain: entity('Domain', { subdomainOf: ref }),
  Template: template,
  Environment: {
    ...environment,
    // It is one.
    environment: ['metadata', 'name'],
    ...ownedByDefault,
  },
  GoldenPath: { ...entity('GoldenPath'), ...ownedByDefault },
  PlatformConfiguration: {
    ...entity('PlatformConfiguration'),
    ...ownedByDefault,
  },
};

const unknownSubject: PolicySubject = {
  shape: dyn,
  environment: ['environment'],
  owner: ['owner'],
};

/** The subject of a kind; of one that nobody declared, nothing is known. */
export function subjectOf(
  subjects: Readonly<Record<string, PolicySubject>>,
  kind: string,
): PolicySubject {
  return Object.hasOwn(subjects, kind) ? subjects[kind] : unknownSubject;
}

/**
 * Whether something of a kind may be in an environment; true for kinds of which nothing is known.
 * @public
 */
export function hasEnvironment(kind: string): boolean {
  const subject = subjectOf(policySubjects, kind);
  let at: CelShape | undefined = subject.shape;
  for (const part of subject.environment ?? []) {
    if (at?.kind === 'object') at = at.fields[part];
  }
  return at !== undefined;
}

/** `request` in expressions. */
export const requestShape = object('Request', {
  kind: text(63),
  operation: text(10),
  name: text(253),
  environment: text(63),
  owner: ref,
  /** Who asks: `user:<namespace>/<name>` and the groups that they are in. Empty for the sweep. */
  user: object('User', { ref, groups: list(ref, 1_000) }),
  /** The agent that asks for the person, if one does. */
  agent: text(200),
  /** Where it is asked: `form`, `api`, `mcp`, `template`, `catalog`, `sweep`. */
  source: text(20),
  time: timestamp,
});

/** The value at a path. */
export function valueAt(
  value: JsonObject,
  path: readonly string[] | undefined,
): JsonValue | undefined {
  let current: JsonValue | undefined = path ? value : undefined;
  for (const part of path ?? []) {
    current =
      current !== null &&
      typeof current === 'object' &&
      !Array.isArray(current) &&
      Object.hasOwn(current, part)
        ? current[part]
        : undefined;
  }
  return current;
}
