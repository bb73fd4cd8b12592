import { ConflictError, NotFoundError, isError } from '@backstage/errors';
import type { UserCredentials } from '@slipway/backend-utils';
import type { Pause } from '@slipway/operations';
import type { ProviderPause } from '@slipway/plugin-databases-common';
import { providerOf, scopeOf } from '../operations/target';
import type { ServiceDeps } from './DatabasesService';

/** Holds up new work at a provider, and lets it go on. For administrators. */
export class PausesService {
  readonly #deps: ServiceDeps;

  static create(deps: ServiceDeps): PausesService {
    return new PausesService(deps);
  }

  private constructor(deps: ServiceDeps) {
    this.#deps = deps;
  }

  async list(credentials: UserCredentials): Promise<ProviderPause[]> {
    await this.#deps.access.assertMayPause(credentials);
    return (await this.#deps.operations.listPauses()).flatMap(pause =>
      this.#present(pause),
    );
  }

  /** The same reason again changes nothing; another one is a conflict that tells of the first. */
  async pause(
    providerId: string,
    reason: string,
    credentials: UserCredentials,
  ): Promise<ProviderPause> {
    const { knex, operations, providers, access } = this.#deps;
    await access.assertMayPause(credentials);
    const known = providers.list().map(({ id }) => id);
    if (!known.includes(providerId)) {
      throw new NotFoundError(
        `There is no provider '${providerId}'. Choose one of ${known.join(', ') || 'none'}.`,
      );
    }
    const scope = scopeOf(providerId);
    const actor = credentials.principal.userEntityRef;
    await knex
      .transaction(trx => operations.pause(trx, { scope, reason, actor }))
      .catch(error => {
        // On already: whether that is what was asked for is seen below.
        if (!isError(error) || error.name !== 'ConflictError') throw error;
      });
    const pauses = await operations.listPauses();
    const found = pauses.find(pause => pause.scope === scope);
    if (!found) {
      throw new ConflictError(
        'Somebody let it go on at the same moment. Look, and pause it again if need be.',
      );
    }
    if (found.reason !== reason) {
      throw new ConflictError(
        `${providers.titleOf(providerId)} is paused already by ${found.actor}: ${found.reason}`,
      );
    }
    return this.#present(found)[0];
  }

  /** What is not paused is left as it is. */
  async unpause(
    providerId: string,
    credentials: UserCredentials,
  ): Promise<void> {
    const { knex, operations, access } = this.#deps;
    await access.assertMayPause(credentials);
    await knex.transaction(trx =>
      operations.unpause(trx, {
        scope: scopeOf(providerId),
        actor: credentials.principal.userEntityRef,
      }),
    );
  }

  /** Also of a provider that has left the configuration: its switch can still be turned. */
  #present({ scope, reason, actor, createdAt }: Pause): ProviderPause[] {
    const id = providerOf(scope);
    if (!id) return [];
    const title = this.#deps.providers.titleOf(id);
    return [
      {
        provider: { id, title },
        reason,
        actor,
        createdAt: createdAt.toISOString(),
      },
    ];
  }
}
