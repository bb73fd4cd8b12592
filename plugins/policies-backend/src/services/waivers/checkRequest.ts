import { RELATION_OWNED_BY } from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';
import {
  hasEnvironment,
  type CompiledPolicy,
  type WaiverRequest,
} from '@slipway/plugin-policies-common';
import type { WaiversDeps } from './deps';

const DAY_MS = 86_400_000;
/** A waiver that ends sooner would end before somebody has decided. */
const SHORTEST_MS = 60_000;

type CheckDeps = Pick<WaiversDeps, 'auth' | 'catalog' | 'config' | 'sets'>;

/**
 * Whether a waiver can be asked for like this.
 *
 * @returns the request within what belongs to its owner, and the policy that it is about
 * @throws InputError with the field and the way out
 */
export async function checkRequest(
  deps: CheckDeps,
  request: WaiverRequest,
): Promise<{ request: WaiverRequest; policy: CompiledPolicy }> {
  const { config, sets } = deps;
  const { policies } = await sets.current();
  const policy = policies.find(({ name }) => name === request.policy);
  if (!policy) {
    throw new InputError(
      `policy ${request.policy} is not in force. Choose one of ${policies.map(({ name }) => name).join(', ')}.`,
    );
  }
  const { spec } = policy.document;
  const fields = [...new Set(spec.validations.flatMap(v => v.field ?? []))];
  if (request.field && !fields.includes(request.field)) {
    throw new InputError(
      `field ${request.field} is none that ${policy.name} is about. ${fields.length ? `Choose one of ${fields.join(', ')}, or leave it out.` : 'Leave it out.'}`,
    );
  }
  const { kinds } = spec.match;
  if (!kinds.includes('*') && !kinds.includes(request.scope.kind)) {
    throw new InputError(
      `scope.kind ${request.scope.kind} is none that ${policy.name} is about. Choose one of ${kinds.join(', ')}.`,
    );
  }
  if (request.scope.environment && !hasEnvironment(request.scope.kind)) {
    throw new InputError(
      `scope.environment is given, and a ${request.scope.kind} is in no environment: the waiver would cover nothing. Leave it out.`,
    );
  }
  const lasts = Date.parse(request.expiresAt) - Date.now();
  if (lasts < SHORTEST_MS) {
    throw new InputError(
      'expiresAt is over, or nearly so. Give a time in the future.',
    );
  }
  if (lasts > config.longestWaiverMs) {
    throw new InputError(
      `expiresAt is too far away: a waiver lasts at most ${Math.floor(config.longestWaiverMs / DAY_MS)} days. Give an earlier time, and ask again before it ends.`,
    );
  }
  return { request: await withinOwner(deps, request), policy };
}

/** A group is excused for what belongs to it, and nothing else. */
async function withinOwner(
  { catalog, auth }: CheckDeps,
  request: WaiverRequest,
): Promise<WaiverRequest> {
  const { scope, owner } = request;
  if (scope.owner && scope.owner !== owner) {
    throw new InputError(
      `scope.owner is ${scope.owner}, and ${owner} asks. A group asks for what belongs to it.`,
    );
  }
  // Also for a single thing: it may not exist yet, and somebody else could order it, or it may be handed on.
  const bound = { ...request, scope: { ...scope, owner } };
  if (!scope.entityRef) return bound;
  const entity = await catalog.getEntityByRef(scope.entityRef, {
    credentials: await auth.getOwnServiceCredentials(),
  });
  if (!entity) return bound;
  const owners = (entity.relations ?? [])
    .filter(({ type }) => type === RELATION_OWNED_BY)
    .map(({ targetRef }) => targetRef);
  if (!owners.includes(owner)) {
    throw new InputError(
      `scope.entityRef ${scope.entityRef} belongs to ${owners.join(', ') || 'nobody'}, and ${owner} asks. A group asks for what belongs to it.`,
    );
  }
  return bound;
}
