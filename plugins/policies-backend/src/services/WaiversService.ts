import { randomUUID } from 'node:crypto';
import type { AuthService } from '@backstage/backend-plugin-api';
import { RELATION_OWNED_BY } from '@backstage/catalog-model';
import { ConflictError, InputError, NotAllowedError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { UserCredentials } from '@slipway/backend-utils';
import type { DurableResources, ResourceEvent } from '@slipway/operations';
import { digestOf } from '@slipway/plugin-approvals-node';
import {
  waiverCreatePermission,
  waiverEndPermission,
  waiverWithdrawPermission,
  type CompiledPolicy,
  type PolicyWaiverDetails,
  type WaiverEvent,
  type WaiverEventsPage,
  type WaiverRequest,
  type WaiversPage,
  type WaiversQuery,
} from '@slipway/plugin-policies-common';
import type { Knex } from 'knex';
import type { PoliciesConfig } from '../config';
import {
  getWaiver,
  insertWaiver,
  listWaivers,
  lockWaiver,
  moveWaiver,
  toWaiver,
  type WaiverRecord,
} from '../database/waivers';
import type { Access } from './Access';
import type { SetsService } from './SetsService';
import type { WaiversWatch } from './WaiversWatch';

const EVENTS_PAGE = 50;
const DAY_MS = 86_400_000;
/** A waiver that ends sooner would end before somebody has decided. */
const SHORTEST_MS = 60_000;

interface WaiversDeps {
  access: Access;
  auth: AuthService;
  catalog: CatalogService;
  config: PoliciesConfig;
  knex: Knex;
  resources: DurableResources;
  sets: SetsService;
  watch: WaiversWatch;
}

/** Exceptions from policies: asked for by their owner, granted by others, for a time. */
export class WaiversService {
  readonly #deps: WaiversDeps;

  static create(deps: WaiversDeps): WaiversService {
    return new WaiversService(deps);
  }

  private constructor(deps: WaiversDeps) {
    this.#deps = deps;
  }

  async list(
    query: WaiversQuery & { offset: number; limit: number },
    credentials: UserCredentials,
  ): Promise<WaiversPage> {
    const { knex, access } = this.#deps;
    const { mine, ...rest } = query;
    const owner = mine
      ? (await access.ownershipOf(credentials)).filter(
          ref => !rest.owner || rest.owner.includes(ref),
        )
      : rest.owner;
    const page = await listWaivers(knex, { ...rest, owner });
    const current = await this.#currentDigests();
    return {
      items: page.items.map(each => toWaiver(each, current)),
      totalItems: page.totalItems,
    };
  }

  async get(
    id: string,
    credentials: UserCredentials,
  ): Promise<PolicyWaiverDetails> {
    return this.#details(await getWaiver(this.#deps.knex, id), credentials);
  }

  async events(
    id: string,
    cursor: string | undefined,
  ): Promise<WaiverEventsPage> {
    const { knex, resources } = this.#deps;
    await getWaiver(knex, id);
    const events = await resources.listEvents({
      resourceId: id,
      after: cursor,
      limit: EVENTS_PAGE,
    });
    return {
      items: events.map(toWaiverEvent),
      nextCursor: events.length === EVENTS_PAGE ? events.at(-1)?.id : undefined,
    };
  }

  /** Asks for a waiver. It covers nothing until somebody else has granted it. */
  async request(
    request: WaiverRequest,
    options: { idempotencyKey: string; credentials: UserCredentials },
  ): Promise<PolicyWaiverDetails> {
    const { knex, resources, watch } = this.#deps;
    const access: Access = this.#deps.access;
    const { credentials, idempotencyKey } = options;
    access.assertDirectPerson(credentials);
    await access.assertHolds(
      credentials,
      waiverCreatePermission,
      'You may not ask for waivers',
    );
    await access.assertMember(credentials, request.owner);
    const requester = credentials.principal.userEntityRef;
    // Before the transaction, so that a slow catalog holds no connection. Said in there, so that a repeated request is
    // answered with its waiver all the same.
    const checked = await this.#check(request).catch((error: Error) => error);
    const { result } = await knex.transaction(trx =>
      resources.once(
        trx,
        {
          scope: `waiver ${requester}`,
          key: idempotencyKey,
          body: JSON.parse(JSON.stringify(request)),
        },
        async () => {
          if (checked instanceof Error) throw checked;
          const id = randomUUID();
          await insertWaiver(resources, trx, {
            id,
            request: checked.request,
            requester,
            policy: checked.policy,
            approvalDigest: digestOf({
              id,
              ...checked.request,
              policyDigest: checked.policy.digest,
            }),
          });
          return { id };
        },
      ),
    );
    // A look each minute asks those who decide when this does not come to it.
    await watch.look({ id: result.id });
    return this.get(result.id, credentials);
  }

  /** Takes back what nobody has decided on. */
  async withdraw(
    id: string,
    reason: string | undefined,
    credentials: UserCredentials,
  ): Promise<PolicyWaiverDetails> {
    const { knex, watch } = this.#deps;
    const access: Access = this.#deps.access;
    access.assertDirectPerson(credentials);
    const record = await getWaiver(knex, id);
    if (!(await access.may(credentials, waiverWithdrawPermission, record))) {
      throw new NotAllowedError(
        'Only the person who asked for a waiver, and the platform team, may take it back.',
      );
    }
    if (record.state === 'requested') {
      await watch.withdraw(record, {
        actor: credentials.principal.userEntityRef,
        reason,
      });
    }
    const after = await getWaiver(knex, id);
    if (after.state !== 'withdrawn') {
      throw new ConflictError(
        after.state === 'granted'
          ? 'The waiver was granted. End it instead.'
          : `The waiver is ${after.state} already.`,
      );
    }
    return this.#details(after, credentials);
  }

  /** Ends a waiver before its time. */
  async end(
    id: string,
    reason: string | undefined,
    credentials: UserCredentials,
  ): Promise<PolicyWaiverDetails> {
    const { knex, resources } = this.#deps;
    const access: Access = this.#deps.access;
    access.assertDirectPerson(credentials);
    const record = await getWaiver(knex, id);
    if (!(await access.may(credentials, waiverEndPermission, record))) {
      throw new NotAllowedError(
        `Only ${record.owner} and the platform team may end this waiver.`,
      );
    }
    await knex.transaction(async trx => {
      const { state } = await lockWaiver(trx, id);
      if (state === 'ended') return;
      if (state !== 'granted') {
        throw new ConflictError(
          state === 'requested'
            ? 'The waiver is not in force: nobody has decided on it. Take it back instead.'
            : `The waiver is ${state} already.`,
        );
      }
      await moveWaiver(resources, trx, {
        id,
        to: 'ended',
        actor: credentials.principal.userEntityRef,
        reason,
      });
    });
    return this.#details(await getWaiver(knex, id), credentials);
  }

  async #check(
    request: WaiverRequest,
  ): Promise<{ request: WaiverRequest; policy: CompiledPolicy }> {
    const { config, sets } = this.#deps;
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
    return { request: await this.#withinOwner(request), policy };
  }

  /** A group is excused for what belongs to it, and nothing else. */
  async #withinOwner(request: WaiverRequest): Promise<WaiverRequest> {
    const { catalog, auth } = this.#deps;
    const { scope, owner } = request;
    if (scope.owner && scope.owner !== owner) {
      throw new InputError(
        `scope.owner is ${scope.owner}, and ${owner} asks. A group asks for what belongs to it.`,
      );
    }
    if (!scope.entityRef) {
      return { ...request, scope: { ...scope, owner } };
    }
    const entity = await catalog.getEntityByRef(scope.entityRef, {
      credentials: await auth.getOwnServiceCredentials(),
    });
    const owners = (entity?.relations ?? [])
      .filter(({ type }) => type === RELATION_OWNED_BY)
      .map(({ targetRef }) => targetRef);
    if (owners.length > 0 && !owners.includes(owner)) {
      throw new InputError(
        `scope.entityRef ${scope.entityRef} belongs to ${owners.join(', ')}, and ${owner} asks. A group asks for what belongs to it.`,
      );
    }
    return request;
  }

  async #details(
    record: WaiverRecord,
    credentials: UserCredentials,
  ): Promise<PolicyWaiverDetails> {
    const { access } = this.#deps;
    const waiver = toWaiver(record, await this.#currentDigests());
    const isDirect = !credentials.principal.actor;
    return {
      ...waiver,
      me: {
        mayWithdraw:
          isDirect &&
          waiver.state === 'requested' &&
          (await access.may(credentials, waiverWithdrawPermission, record)),
        mayEnd:
          isDirect &&
          waiver.state === 'granted' &&
          (await access.may(credentials, waiverEndPermission, record)),
      },
    };
  }

  /** Of each policy in force; nothing when it cannot be known, so that all count as changed. */
  async #currentDigests(): Promise<Map<string, string>> {
    const set = await this.#deps.sets.current().catch(() => undefined);
    return new Map(set?.policies.map(each => [each.name, each.digest]));
  }
}

/** An entry of the timeline with its sentence. */
function toWaiverEvent(event: ResourceEvent): WaiverEvent {
  const { id, type, actor, createdAt, data } = event;
  const why = data.reason ? `: ${data.reason}` : '';
  const sentences: Record<string, string> = {
    granted: 'Granted',
    rejected: `Not granted${why}`,
    withdrawn: `Taken back${why}`,
    ended: `Ended early${why}`,
    expired: 'Its time was over',
  };
  return {
    id,
    type,
    message:
      type === 'resource.created'
        ? 'Asked for'
        : (sentences[String(data.to)] ?? type),
    actor,
    createdAt: createdAt.toISOString(),
  };
}
