import type {
  BackstageCredentials,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { NotAllowedError, NotFoundError } from '@backstage/errors';
import {
  AuthorizeResult,
  type BasicPermission,
  type PermissionCriteria,
  type ResourcePermission,
} from '@backstage/plugin-permission-common';
import { createConditionAuthorizer } from '@backstage/plugin-permission-node';
import type { UserCredentials } from '@slipway/backend-utils';
import { approvalReadPermission } from '@slipway/plugin-approvals-common';
import type { DurableResources } from '@slipway/operations';
import type { Knex } from 'knex';
import { listPrincipals } from '../database/deputies';
import type { RequestFilter } from '../database/filters';
import type { Voice } from '../database/readRequests';
import type { RequestRecord } from '../database/rows';
import type { People } from './People';
import { approvalRules, toCriteria } from './permissions';

const isAllowed = createConditionAuthorizer(approvalRules);

interface AccessDeps {
  knex: Knex;
  resources: DurableResources;
  people: People;
  permissions: PermissionsService;
}

/** Decides who may see and do what, votes excepted. The default is to refuse. */
export class Access {
  readonly #deps: AccessDeps;

  static create(deps: AccessDeps): Access {
    return new Access(deps);
  }

  private constructor(deps: AccessDeps) {
    this.#deps = deps;
  }

  /** What a list may contain, beside what one sees as a deputy; undefined for everything. */
  async readable(
    credentials: BackstageCredentials,
  ): Promise<PermissionCriteria<RequestFilter> | undefined> {
    const [decision] = await this.#deps.permissions.authorizeConditional(
      [{ permission: approvalReadPermission }],
      { credentials },
    );
    if (decision.result === AuthorizeResult.DENY) {
      throw new NotAllowedError('You may not see approvals');
    }
    return decision.result === AuthorizeResult.CONDITIONAL
      ? toCriteria(decision.conditions)
      : undefined;
  }

  /** Oneself and those whose deputy one is now, each with the groups they belong to now. */
  async voicesOf(user: string): Promise<Voice[]> {
    const { knex, resources, people } = this.#deps;
    const persons = [
      user,
      ...(await listPrincipals(knex, resources.clock, user)),
    ];
    const groups = await people.groupsOf(persons);
    return persons.flatMap(person => {
      const theirs = groups.get(person);
      return theirs ? [{ person, groups: [...theirs] }] : [];
    });
  }

  async may(
    credentials: BackstageCredentials,
    permission: ResourcePermission,
    request: RequestRecord,
  ): Promise<boolean> {
    const [decision] = await this.#deps.permissions.authorizeConditional(
      [{ permission }],
      { credentials },
    );
    return isAllowed(decision, request);
  }

  async holds(
    credentials: BackstageCredentials,
    permission: BasicPermission,
  ): Promise<boolean> {
    const [decision] = await this.#deps.permissions.authorize(
      [{ permission }],
      { credentials },
    );
    return decision.result === AuthorizeResult.ALLOW;
  }

  /** @throws NotAllowedError with this message unless the permission is held. */
  async assertHolds(
    credentials: BackstageCredentials,
    permission: BasicPermission,
    refusal: string,
  ): Promise<void> {
    if (!(await this.holds(credentials, permission))) {
      throw new NotAllowedError(refusal);
    }
  }

  /** What one may not see is not there. */
  async assertReads(
    credentials: UserCredentials,
    request: RequestRecord,
  ): Promise<void> {
    const [decision] = await this.#deps.permissions.authorizeConditional(
      [{ permission: approvalReadPermission }],
      { credentials },
    );
    if (isAllowed(decision, request)) {
      return;
    }
    // Who may read no approval at all reads none as a deputy either.
    const isPartly = decision.result === AuthorizeResult.CONDITIONAL;
    const voices = isPartly
      ? await this.voicesOf(credentials.principal.userEntityRef)
      : [];
    const deciders = request.rule.flatMap(part => part.groups);
    if (!voices.some(({ groups }) => groups.some(g => deciders.includes(g)))) {
      throw new NotFoundError(
        `There is no approval with the id '${request.id}'`,
      );
    }
  }
}
