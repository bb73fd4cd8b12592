import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  AuthorizeResult,
  type DefinitivePolicyDecision,
} from '@backstage/plugin-permission-common';
import { DurableResources } from '@slipway/operations';
import type { Knex } from 'knex';
import { expireDue } from '../database/dueRequests';
import { approvalMachine } from '../machine';
import { Access } from '../services/Access';
import { ApprovalsService } from '../services/ApprovalsService';
import { DecisionsService } from '../services/DecisionsService';
import { People } from '../services/People';
import { RequestsService } from '../services/RequestsService';

/** Who is in the catalog, and in which groups. Changes as a test likes. */
export type Company = Map<string, string[]>;

/** The services of one process, without its HTTP door. Everybody may look. */
export async function createReplica(knex: Knex, company: Company) {
  const auth = mockServices.auth({ pluginId: 'approvals' });
  const toEntity = (entityRef: string) => ({
    apiVersion: 'backstage.io/v1alpha1',
    kind: entityRef.split(':')[0],
    metadata: { name: entityRef.split('/')[1], namespace: 'default' },
    relations: (company.get(entityRef) ?? []).map(targetRef => ({
      type: 'memberOf',
      targetRef,
    })),
  });
  const people = People.create({
    auth,
    catalog: catalogServiceMock.mock({
      getEntitiesByRefs: async ({ entityRefs }) => ({
        items: entityRefs.map(each =>
          each.startsWith('group:') || company.has(each)
            ? toEntity(each)
            : undefined,
        ),
      }),
      queryEntities: async () => {
        const items = [...company.keys()].map(toEntity);
        return { items, totalItems: items.length, pageInfo: {} };
      },
    }),
  });
  const resources = await DurableResources.create({
    knex,
    machines: [approvalMachine],
    skipMigrations: true,
  });
  const allowed: DefinitivePolicyDecision = { result: AuthorizeResult.ALLOW };
  const access = Access.create({
    knex,
    resources,
    people,
    permissions: mockServices.permissions.mock({
      authorize: async queries => queries.map(() => allowed),
      authorizeConditional: async queries => queries.map(() => allowed),
    }),
  });
  const shared = {
    access,
    auth,
    knex,
    people,
    resources,
    config: { expiresAfterHours: 10, remindAfterHours: [], answerLinks: false },
  };
  const approvals = ApprovalsService.create(shared);
  const decisions = DecisionsService.create({ ...shared, approvals });
  const user = (name: string) => mockCredentials.user(name);
  return {
    requests: RequestsService.create(shared),
    vote: (
      id: string,
      castBy: string,
      vote: Parameters<DecisionsService['vote']>[1],
    ) => decisions.vote(id, vote, user(castBy)),
    takeBack: (id: string, castBy: string) =>
      decisions.takeBack(id, undefined, user(castBy)),
    withdraw: (id: string, name: string) =>
      decisions.withdraw(id, undefined, user(name)),
    expire: () => knex.transaction(trx => expireDue(resources, trx)),
  };
}

export type Replica = Awaited<ReturnType<typeof createReplica>>;
