import type { UserCredentials } from '@slipway/backend-utils';
import { randomUUID } from 'node:crypto';
import { InputError, NotAllowedError, NotFoundError } from '@backstage/errors';
import {
  deputyCreatePermission,
  deputyEndPermission,
  deputyManagePermission,
  deputyReadPermission,
  type DeputiesPage,
  type Deputy,
  type DeputyRequest,
} from '@slipway/plugin-approvals-common';
import {
  endDeputy,
  findDeputy,
  insertDeputy,
  listDeputies,
  type DeputiesQuery,
} from '../database/deputies';
import type { ServiceDeps } from './ApprovalsService';
import { assertDirectPerson } from './directPerson';
import { toDeputy } from './presentation';

/** Lets people name somebody who votes for them for a while. */
export class DeputiesService {
  readonly #deps: ServiceDeps;

  static create(deps: ServiceDeps): DeputiesService {
    return new DeputiesService(deps);
  }

  private constructor(deps: ServiceDeps) {
    this.#deps = deps;
  }

  /** One's own deputies and those whose deputy one is; for administrators those of somebody else, and everybody's. */
  async list(
    { all, ...query }: DeputiesQuery & { all: boolean },
    credentials: UserCredentials,
  ): Promise<DeputiesPage> {
    const { access, knex, resources } = this.#deps;
    const self = credentials.principal.userEntityRef;
    const person = query.person ?? (all ? undefined : self);
    await access.assertHolds(
      credentials,
      deputyReadPermission,
      'You may not see deputies',
    );
    if (person !== self) {
      await access.assertHolds(
        credentials,
        deputyManagePermission,
        "Only the platform team sees everybody's deputies. Leave all and person out to see your own.",
      );
    }
    const { items, totalItems } = await listDeputies(knex, resources.clock, {
      ...query,
      person,
    });
    return { items: items.map(toDeputy), totalItems };
  }

  /** Whether somebody may name any deputy. */
  async assertMayAppoint(credentials: UserCredentials): Promise<void> {
    const { access, auth, people } = this.#deps;
    assertDirectPerson(auth, credentials);
    await access.assertHolds(
      credentials,
      deputyCreatePermission,
      'You may not name a deputy',
    );
    const missing = await people.missing([credentials.principal.userEntityRef]);
    if (missing.length) {
      throw new NotAllowedError(
        'You are not in the catalog any more, and so nobody votes for you. Ask the platform team.',
      );
    }
  }

  /** Names a deputy. The same key with the same body answers with the first appointment. */
  async appoint(
    request: DeputyRequest,
    options: { idempotencyKey: string; credentials: UserCredentials },
  ): Promise<Deputy> {
    const { idempotencyKey, credentials } = options;
    const { knex, people, resources } = this.#deps;
    await this.assertMayAppoint(credentials);
    const person = credentials.principal.userEntityRef;
    const { deputy, from, until, reason } = request;
    if (deputy === person) {
      throw new InputError('deputy is yourself. Name somebody else.');
    }
    if ((await people.missing([deputy])).length) {
      throw new InputError(
        `deputy ${deputy} is not in the catalog. Name a person who is.`,
      );
    }
    const { result } = await knex.transaction(trx =>
      resources.once(
        trx,
        {
          scope: `deputy ${person}`,
          key: idempotencyKey,
          body: JSON.parse(JSON.stringify(request)),
        },
        async () => {
          if (until.getTime() <= Date.now()) {
            throw new InputError('until is in the past. Choose a later time.');
          }
          const id = randomUUID();
          await insertDeputy(trx, resources.clock, {
            id,
            person,
            deputy,
            starts_at: from,
            ends_at: until,
            reason: reason || null,
          });
          return id;
        },
      ),
    );
    return toDeputy((await findDeputy(knex, result))!);
  }

  /** Ends an appointment: for whoever made it, the deputy, and administrators. */
  async end(id: string, credentials: UserCredentials): Promise<void> {
    const { access, auth, knex, resources } = this.#deps;
    assertDirectPerson(auth, credentials);
    await access.assertHolds(
      credentials,
      deputyEndPermission,
      'You may not end appointments of deputies',
    );
    const user = credentials.principal.userEntityRef;
    const row = await findDeputy(knex, id);
    const isManager = await access.holds(credentials, deputyManagePermission);
    if (!row || (![row.person, row.deputy].includes(user) && !isManager)) {
      // Who stands in for whom is none of a stranger's business.
      throw new NotFoundError(`There is no appointment with the id '${id}'`);
    }
    await endDeputy(knex, resources.clock, { id, endedBy: user });
  }
}
