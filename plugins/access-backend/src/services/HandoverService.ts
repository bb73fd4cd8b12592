import type { AuthService } from '@backstage/backend-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { UserCredentials } from '@slipway/backend-utils';
import type { Handover } from '@slipway/plugin-access-common';
import type { ServiceDeps } from './AccessService';
import type { Named } from './readNamed';
import { whyUnknown, type OtherPlugins } from './OtherPlugins';

const MOST = 100;

interface HandoverDeps extends ServiceDeps {
  auth: AuthService;
  catalog: CatalogService;
  others: OtherPlugins;
  /** Whom the configuration names. */
  named: Named[];
}

/** Lists what a person who leaves or a group that is renamed owns, holds and decides, so that it can be handed on. */
export class HandoverService {
  readonly #deps: HandoverDeps;

  static create(deps: HandoverDeps): HandoverService {
    return new HandoverService(deps);
  }

  private constructor(deps: HandoverDeps) {
    this.#deps = deps;
  }

  /** Other plugins are asked with the caller's rights. One that does not answer leaves a problem in its place. */
  async of(subject: string, credentials: UserCredentials): Promise<Handover> {
    const { model, people, others, named } = this.#deps;
    const isPerson = subject.startsWith('user:');
    const ask = <T>(
      how: (of: string, by: UserCredentials) => Promise<Counted<T>>,
    ) => orProblem(() => how.call(others, subject, credentials));
    /** Groups have none. */
    const askOfPerson: typeof ask = how =>
      isPerson ? ask(how) : Promise.resolve({ items: [], totalItems: 0 });
    const [missing, entities, databases, approvals, waivers, logins, deputies] =
      await Promise.all([
        people.missing([subject]),
        this.#entities(subject, credentials),
        ask(others.databasesOf),
        ask(others.approvalsOf),
        ask(others.waiversOf),
        askOfPerson(others.loginsOf),
        askOfPerson(others.deputiesOf),
      ]);
    const isNamed = (refs: string[] = []) => refs.includes(subject);
    return {
      subject,
      exists: !missing.has(subject),
      entities,
      databases,
      approvals,
      waivers,
      logins,
      deputies,
      configuration: named
        .filter(({ ref, isRole }) => ref === subject && !isRole)
        .map(({ key, effect }) => ({ key, effect })),
      roles: [
        ...(isNamed(model.administrators)
          ? [{ name: 'administrators', title: 'Administrators' }]
          : []),
        ...model.roles
          .filter(role => isNamed(role.members) || isNamed(role.owners))
          .map(({ name, title }) => ({ name, title })),
      ],
    };
  }

  async #entities(subject: string, credentials: UserCredentials) {
    const { items, totalItems } = await this.#deps.catalog.queryEntities(
      {
        filter: { 'relations.ownedBy': subject },
        fields: [
          'kind',
          'metadata.name',
          'metadata.namespace',
          'metadata.title',
        ],
        orderFields: [{ field: 'metadata.name', order: 'asc' }],
        limit: MOST,
      },
      { credentials },
    );
    return {
      items: items.map(entity => ({
        ref: stringifyEntityRef(entity),
        ...(entity.metadata.title && { title: entity.metadata.title }),
      })),
      totalItems,
    };
  }
}

interface Counted<T> {
  items: T[];
  totalItems: number;
  problem?: string;
}

async function orProblem<T>(
  ask: () => Promise<Counted<T>>,
): Promise<Counted<T>> {
  try {
    return await ask();
  } catch (error) {
    return { items: [], totalItems: 0, problem: whyUnknown(error) };
  }
}
