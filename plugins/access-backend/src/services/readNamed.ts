import type { RootConfigService } from '@backstage/backend-plugin-api';
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import type { RolesConfig } from '@slipway/plugin-access-common';
import { z } from 'zod';

/** A place in the configuration that names a person or a group. */
export interface Named {
  ref: string;
  /** As it is found in the configuration, e.g. `databases.approvals[0].groups`. */
  key: string;
  /** What hangs on it, for people. */
  effect: string;
  /** Whether it is one of the roles, which are said by their titles. */
  isRole?: boolean;
}

/** As the databases plugin reads it, which refuses to start with something else. */
const approvalsSchema = z.array(
  z.object({
    environment: z.string(),
    sizes: z.array(z.string()),
    groups: z.array(z.string()),
  }),
);

/** Who grants waivers when the configuration says nothing, as the policies plugin has it. */
const APPROVERS = 'platform-team';

/**
 * Whom the configuration names, beside the catalog. The portal cannot change it: whoever is renamed or leaves has to be
 * replaced there.
 */
export function readNamed(
  config: RootConfigService,
  roles: RolesConfig,
): Named[] {
  const approvals = approvalsSchema.safeParse(
    config.getOptional('databases.approvals') ?? [],
  );
  const key = 'permission.slipway';
  return [
    ...roles.administrators.map(ref => ({
      ref,
      key: `${key}.administrators`,
      effect: 'may do everything',
      isRole: true,
    })),
    ...roles.roles.flatMap(({ name, title, members, owners = [] }) => [
      ...members.map(ref => ({
        ref,
        key: `${key}.roles (${name})`,
        effect: `has the role ${title}`,
        isRole: true,
      })),
      ...owners.map(ref => ({
        ref,
        key: `${key}.roles (${name}).owners`,
        effect: `the role ${title} holds for what it owns`,
        isRole: true,
      })),
    ]),
    {
      ref: groupRef(
        config.getOptionalString('policies.waivers.approvers') ?? APPROVERS,
      ),
      key: 'policies.waivers.approvers',
      effect: 'grants waivers: while it is nobody, none can be granted',
    },
    ...(approvals.data ?? []).flatMap(({ environment, sizes, groups }, index) =>
      groups.map(group => ({
        ref: groupRef(group),
        key: `databases.approvals[${index}].groups`,
        effect: `decides about orders in ${environment} (${sizes.join(', ')}): while it is nobody, they wait`,
      })),
    ),
  ];
}

/** A bare name is a group of the namespace `default`. */
function groupRef(text: string): string {
  return stringifyEntityRef(
    parseEntityRef(text, { defaultKind: 'group', defaultNamespace: 'default' }),
  );
}
