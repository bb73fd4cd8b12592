import { nameOutside, TerminalError } from '@slipway/plugin-databases-node';

/** What the names of all our instances begin with, so that a policy of IAM can be limited to them. */
const PREFIX = 'slipway-';

/** RDS takes letters, digits and single hyphens. */
const IDENTIFIER = /^slipway-[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/**
 * The name of an instance: readable, and different for each id. At most 59 of the 63 characters that RDS takes.
 * @internal
 */
export function toExternalName(input: { id: string; name: string }): string {
  return `${PREFIX}${nameOutside(input).replace(/_+/g, '-')}`;
}

/**
 * What a database is called on its own instance, where names have underscores.
 *
 * @throws TerminalError when the name is not one of ours
 * @internal
 */
export function nameInside(externalName: string): string {
  if (!IDENTIFIER.test(externalName)) {
    throw new TerminalError(
      'The name of the instance may only hold lowercase letters, digits and hyphens, and begins with slipway-',
    );
  }
  return externalName.slice(PREFIX.length).replace(/-/g, '_');
}
