import { createHash } from 'node:crypto';
import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import {
  ANNOTATION_ORIGIN_LOCATION,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import {
  InputError,
  ServiceUnavailableError,
  toError,
} from '@backstage/errors';
import type { LocationSpec } from '@backstage/plugin-catalog-common';
import type {
  CatalogProcessor,
  CatalogProcessorCache,
  CatalogProcessorEmit,
  CatalogService,
} from '@backstage/plugin-catalog-node';
import type { EventsService } from '@backstage/plugin-events-node';
import type { JsonObject } from '@backstage/types';
import {
  identify,
  type PolicyAnswer,
  type PolicyRequest,
} from '@slipway/plugin-policies-common';
import {
  explainFinding,
  type PoliciesService,
} from '@slipway/plugin-policies-node';
import { EntityHints } from './EntityHints';
import { PoliciesVersion } from './PoliciesVersion';

/** How a refusal begins; the registration of a location looks for it. */
export const REFUSED = 'Policies refuse';
/** How it begins when they gave no answer; the registration of a location looks for it too. */
export const UNKNOWN = 'Policies cannot be asked about';
/** Entities that mirror databases: those were asked about when they were ordered. */
const MIRRORED = 'slipway-databases:';
const CACHE_KEY = 'verdict';

/** What was answered about an entity before, and what the sweep has of it. */
type Verdict = { key: string; known: string };

interface PolicyProcessorDeps {
  auth: AuthService;
  catalog: CatalogService;
  events: EventsService;
  logger: LoggerService;
  policies: PoliciesService;
}

/**
 * Asks the policies about each entity of the kinds that they are about.
 *
 * What is denied is an error of the entity, which its owner sees on its page; one that is in the catalog keeps its last good
 * state, and a new one does not get in. The same holds while the policies cannot be asked. An entity that is as before is
 * asked about only when the policies or waivers have changed.
 */
export class PolicyProcessor implements CatalogProcessor {
  readonly #deps: PolicyProcessorDeps;
  readonly #version: PoliciesVersion;
  readonly #hints: EntityHints;

  static create(deps: PolicyProcessorDeps): PolicyProcessor {
    return new PolicyProcessor(deps);
  }

  private constructor(deps: PolicyProcessorDeps) {
    this.#deps = deps;
    this.#version = PoliciesVersion.create(deps.policies);
    this.#hints = EntityHints.create(deps);
  }

  getProcessorName(): string {
    return 'SlipwayPolicyProcessor';
  }

  async postProcessEntity(
    entity: Entity,
    _location: LocationSpec,
    _emit: CatalogProcessorEmit,
    cache: CatalogProcessorCache,
  ): Promise<Entity> {
    const origin = entity.metadata.annotations?.[ANNOTATION_ORIGIN_LOCATION];
    if (origin?.startsWith(MIRRORED)) {
      return entity;
    }
    try {
      await this.#check(entity, cache);
      return entity;
    } catch (error) {
      throw error instanceof InputError
        ? error
        : new ServiceUnavailableError(
            `${UNKNOWN} ${stringifyEntityRef(entity)}. ${toError(error).message}`,
          );
    }
  }

  async #check(entity: Entity, cache: CatalogProcessorCache): Promise<void> {
    const { version, kinds } = await this.#version.current();
    if (!kinds.includes('*') && !kinds.includes(entity.kind)) {
      return;
    }
    const entityRef = stringifyEntityRef(entity);
    const object = toObject(entity);
    const key = createHash('sha256')
      .update(JSON.stringify([version, object]))
      .digest('hex');
    const before = await cache.get<Verdict>(CACHE_KEY);
    if (before?.key === key) {
      await cache.set<Verdict>(CACHE_KEY, before);
      return;
    }
    const request: PolicyRequest = {
      kind: entity.kind,
      ...(await this.#operationOn(entityRef)),
      object,
      entityRef,
      source: 'catalog',
    };
    const { findings } = await this.#ask(entityRef, request);
    const known = JSON.stringify([
      identify(request),
      findings.map(each => [each.digest, each.validation, each.message]),
    ]);
    await cache.set<Verdict>(CACHE_KEY, { key, known });
    // The sweep's numbers follow at once: it is new, belongs to others, or has come to violate a policy, or to keep it.
    if (before?.known !== known) {
      this.#hints.send(entityRef);
    }
  }

  /** What is in the catalog changes, as its last good state says; what is not comes anew. */
  async #operationOn(
    entityRef: string,
  ): Promise<Pick<PolicyRequest, 'operation' | 'oldObject'>> {
    const { auth, catalog } = this.#deps;
    const existing = await catalog.getEntityByRef(entityRef, {
      credentials: await auth.getOwnServiceCredentials(),
    });
    return existing
      ? { operation: 'update', oldObject: toObject(existing) }
      : { operation: 'create' };
  }

  /** @throws InputError when it is denied */
  async #ask(entityRef: string, request: PolicyRequest): Promise<PolicyAnswer> {
    const answer = await this.#deps.policies.evaluate(request);
    if (answer.allowed) {
      return answer;
    }
    const denying = answer.findings.filter(
      ({ mode, waivedBy }) => mode === 'deny' && !waivedBy,
    );
    throw new InputError(
      `${REFUSED} ${entityRef}. ${denying.map(explainFinding).join(' ')}`,
    );
  }
}

/** As people wrote it: relations and status are made by the catalog. */
function toObject({ apiVersion, kind, metadata, spec }: Entity): JsonObject {
  // What only the stored entity has would make each look like a change.
  const { uid, etag, ...written } = metadata;
  return JSON.parse(
    JSON.stringify({ apiVersion, kind, metadata: written, spec }),
  );
}
