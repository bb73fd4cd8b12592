import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Advice } from './Advice.ts';
import { readOptional, removeDrafts, writeDurably } from './files.ts';

/** How each secret is made. A secret that a later version adds is generated when it is first missed. */
const generators = {
  /** The one password of all sample people: typed by hand, so it is words. Guesses are rate limited. */
  peoplePassword: () => passphrase(),
  portalDbSuperuser: () => token(),
  portalDbPortal: () => token(),
  portalDbIdentity: () => token(),
  tenantDbSuperuser: () => token(),
  tenantDbProvisioner: () => token(),
  sessionSecret: () => randomBytes(32).toString('base64'),
  sealingKey: () => randomBytes(32).toString('base64'),
  auditSigningKey: () => randomBytes(32).toString('base64'),
  oidcPortalSecret: () => token(),
  oidcGitHostSecret: () => token(),
  gitServicePassword: () => token(),
  gitOAuthSecret: () => token(),
  identityCookieKey: () => token(),
  identitySigningKey: () => signingKey(),
} as const;

/**
 * What the local stack keeps secret, by name.
 *
 * @public
 */
export type Secrets = {
  [name in keyof typeof generators]: ReturnType<(typeof generators)[name]>;
};

/** Makes the secrets that are not known yet. */
export function generateSecrets(known: Record<string, unknown> = {}): Secrets {
  const entries = Object.entries(generators).map(([name, generate]) => [
    name,
    known[name] ?? generate(),
  ]);
  return { ...known, ...Object.fromEntries(entries) };
}

/**
 * Reads the installation's secrets and generates those that are missing. They are on the disk before anything uses them.
 * Only one process may do so at a time.
 *
 * @throws {@link Advice} when there are databases whose secrets are gone
 */
export async function loadSecrets(dataDir: string): Promise<Secrets> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, 'secrets.json');
  await removeDrafts(path);
  const text = await readOptional(path);
  if (text === undefined && existsSync(join(dataDir, 'postgres-portal'))) {
    throw new Advice(`${path} is missing, but its databases are still there.`, {
      wayOut:
        'Put the file back from a backup, or throw the data away with "npm run reset".',
    });
  }
  const known = text === undefined ? {} : parse(path, text);
  const secrets = generateSecrets(known);
  if (Object.keys(secrets).length > Object.keys(known).length) {
    await writeDurably(path, JSON.stringify(secrets, undefined, 2), 0o600);
  }
  return secrets;
}

function parse(path: string, text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    throw new Advice(`${path} cannot be read: it is no JSON.`, {
      wayOut:
        'Put the file back from a backup, or throw the data away with "npm run reset".',
    });
  }
}

function token(): string {
  return randomBytes(24).toString('base64url');
}

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    ...privateKey.export({ format: 'jwk' }),
    kid: randomBytes(8).toString('hex'),
    use: 'sig',
    alg: 'RS256',
  };
}

const WORDS =
  'amber anchor arctic autumn beacon birch breeze canvas cedar cliff cloud compass coral cove crane delta ' +
  'dune ember falcon fern fjord forest frost garnet glacier granite harbor hazel heron island ivory jetty ' +
  'juniper keel kelp lagoon lantern larch linen maple marble meadow mist moss ocean opal orchid osprey otter ' +
  'pebble pine quartz raven reef ridge river saffron sail sparrow spruce summit thistle tide timber violet willow';

function passphrase(): string {
  const words = WORDS.split(' ');
  const pick = () => words[randomInt(words.length)];
  return `${pick()}-${pick()}-${pick()}-${randomInt(1000, 10_000)}`;
}
