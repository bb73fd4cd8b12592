import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The person who signs in on our side; vanilla's guest needs no entity. */
export interface Person {
  name: string;
  email: string;
  group: string;
}

const topics = [
  'payments',
  'orders',
  'shipping',
  'returns',
  'search',
  'pricing',
  'accounts',
  'reviews',
  'images',
  'invoices',
];
const types = ['service', 'website', 'library', 'worker'];

/**
 * Writes a catalog of components with systems, groups and the given person, the same on every machine, and returns the
 * files as catalog locations.
 */
export async function writeCatalog(
  folder: string,
  components: number,
  person: Person,
): Promise<{ type: 'file'; target: string }[]> {
  await mkdir(folder, { recursive: true });
  const groups = Array.from({ length: 20 }, (_, n) => `bench-team-${n}`);
  const organisation = [
    ...groups.map(name => ({
      kind: 'Group',
      metadata: { name },
      spec: { type: 'team', children: [] },
    })),
    {
      kind: 'Group',
      metadata: { name: person.group },
      spec: { type: 'team', children: [] },
    },
    {
      kind: 'User',
      metadata: { name: person.name },
      spec: {
        profile: { displayName: person.name, email: person.email },
        memberOf: [person.group],
      },
    },
    ...Array.from({ length: 40 }, (_, n) => ({
      kind: 'System',
      metadata: { name: systemName(n), description: `System number ${n}` },
      spec: { owner: groups[n % groups.length] },
    })),
  ];
  const files = [await write(folder, 'organisation.yaml', organisation)];
  const perFile = 200;
  for (let first = 0; first < components; first += perFile) {
    const numbers = Array.from(
      { length: Math.min(perFile, components - first) },
      (_, n) => first + n,
    );
    files.push(
      await write(
        folder,
        `components-${first}.yaml`,
        numbers.map(n => component(n, groups)),
      ),
    );
  }
  return files.map(target => ({ type: 'file', target }));
}

/** The name of the n-th component; sorts like n. */
export function componentName(n: number): string {
  return `bench-component-${String(n).padStart(5, '0')}`;
}

/** What the n-th component is about: a word to search for. */
export function topic(n: number): string {
  return topics[n % topics.length];
}

function systemName(n: number): string {
  return `bench-system-${n}`;
}

function component(n: number, groups: string[]) {
  return {
    kind: 'Component',
    metadata: {
      name: componentName(n),
      title: `Bench component ${n}`,
      description: `Looks after ${topic(n)} for region ${n % 17}, and tells ${topic(n + 3)} about it.`,
      tags: [topic(n), types[n % types.length]],
      annotations: { 'example.com/number': String(n) },
      links: [{ url: `https://example.com/${n}`, title: 'Dashboard' }],
    },
    spec: {
      type: types[n % types.length],
      lifecycle: n % 9 === 0 ? 'experimental' : 'production',
      owner: groups[n % groups.length],
      system: systemName(n % 40),
      // Every third one depends on its neighbour, so that relations have something to hold.
      ...(n % 3 === 0 && n > 0
        ? { dependsOn: [`component:default/${componentName(n - 1)}`] }
        : {}),
    },
  };
}

async function write(
  folder: string,
  name: string,
  entities: object[],
): Promise<string> {
  const path = join(folder, name);
  // JSON is YAML: no library needed to write it.
  await writeFile(
    path,
    entities
      .map(entity =>
        JSON.stringify({ apiVersion: 'backstage.io/v1alpha1', ...entity }),
      )
      .join('\n---\n'),
  );
  return path;
}
