import type { UserCredentials } from '@slipway/backend-utils';
import { parseInput } from '@slipway/input';
import { randomUUID } from 'node:crypto';
import type { AuthService } from '@backstage/backend-plugin-api';
import { ANNOTATION_ORIGIN_LOCATION } from '@backstage/catalog-model';
import { ConflictError, InputError, isError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  createDatabaseRequestSchema,
  databaseEngineTitles,
  databaseEntityRef,
  databaseReadPermission,
  databaseRestorePermission,
  databaseSizes,
  type DatabaseAccepted,
  type DatabaseRequest,
} from '@slipway/plugin-databases-common';
import type { DatabaseProvider } from '@slipway/plugin-databases-node';
import type { DatabasesConfig } from '../config';
import { getBackup } from '../database/backups';
import { insertDatabase } from '../database/insertDatabase';
import { findDatabaseByName, getDatabase } from '../database/readDatabases';
import type {
  DatabaseRecord,
  RestoredFrom,
  StoredSpec,
} from '../database/rows';
import { DATABASE_KIND } from '../operations/createDatabasesMachine';
import type { OperationInput } from '../operations/target';
import { ASK_APPROVAL, toApprovalInput } from '../operations/approvalSteps';
import { isWarning } from '@slipway/plugin-policies-common';
import type { PoliciesService } from '@slipway/plugin-policies-node';
import { appendWarnings } from './appendWarnings';
import { formatTime } from './formatTime';
import { assertBackedUp } from './changes/beginBackup';
import { holdKept } from './changes/beginRestore';
import { expiryOf } from './expiryOf';
import { beginCloneBackup, cloneSourceOf } from './cloneSource';
import { checkQuota } from './quotas';
import { approvalRuleFor } from './approvalRule';
import { orderRequest } from './policyRequests';
import { protectionOf } from './protection';
import type { DatabasesService, ServiceDeps } from './DatabasesService';

/** Where the catalog says that our own provider's entities came from. */
const OUR_ORIGIN = 'slipway-databases:';

/** An order that was taken. */
export interface Ordered {
  accepted: DatabaseAccepted;
  /** As what the person may order for the owner. */
  orderedAs: 'member' | 'administrator';
}

/** Takes orders. */
export class OrdersService {
  readonly #deps: OrdersDeps;

  static create(deps: OrdersDeps): OrdersService {
    return new OrdersService(deps);
  }

  private constructor(deps: OrdersDeps) {
    this.#deps = deps;
  }

  /** Reads a request. InputError that says what is offered here, where that is what is wrong. */
  parse(value: unknown): DatabaseRequest {
    const { config, providers } = this.#deps;
    const schema = createDatabaseRequestSchema({
      engines: providers.engines(),
      sizes: databaseSizes.filter(size => config.sizes[size]),
    });
    return parseInput(schema, value);
  }

  /**
   * Orders a database. Nothing is made yet when this returns, and everything that is needed to make
   * it is written.
   */
  async order(
    request: DatabaseRequest,
    options: {
      idempotencyKey: string;
      credentials: UserCredentials;
      /** Where it was asked, for policies. */
      source: 'api' | 'mcp';
    },
  ): Promise<Ordered> {
    const { config, knex, operations, access, databases, policies } =
      this.#deps;
    const { credentials } = options;
    const actor = credentials.principal.userEntityRef;
    const orderedAs = await access.assertMayOrderFor(
      credentials,
      request.owner,
    );
    const { provider, spec: asked } = await this.#check(request);
    const source = await this.#sourceOf(request, provider, credentials);
    const cloned = await cloneSourceOf(this.#deps, request, credentials);
    const spec: StoredSpec = {
      ...asked,
      restoredFrom: source ?? (cloned && toBeTaken(cloned)),
    };
    const asks = approvalRuleFor(config, request);
    // Asked before the transaction, so that a slow catalog holds no connection and no lock. A document
    // may come between the question and the commit, as it may right after it: then the catalog, which
    // knows every name once, reports the later of the two at its location, and the database works.
    const taken = await this.#takenInCatalog(request);
    // As the catalog: before the transaction, and a repeated order is answered all the same.
    const verdict = await policies
      .enforce(
        {
          ...orderRequest({
            ...request,
            spec,
            protection: protectionOf(config, provider, request.environment),
          }),
          source: options.source,
        },
        { credentials },
      )
      .catch((error: Error) => error);

    const { result } = await knex
      .transaction(trx =>
        operations.once(
          trx,
          {
            scope: `create ${actor}`,
            key: options.idempotencyKey,
            body: { ...request },
          },
          async () => {
            const id = randomUUID();
            const { name, environment, engine, owner } = request;
            // In here, so that a repeated request is answered with its order all the same.
            if (verdict instanceof Error) throw verdict;
            if (taken) throw taken;
            // Before the row, which counts too.
            const beyond = await checkQuota(trx, config, request, spec.limits);
            const begins = cloned
              ? await beginCloneBackup(this.#deps, trx, {
                  source: cloned,
                  actor,
                  into: `${name} (${environment})`,
                })
              : source;
            await insertDatabase(
              trx,
              {
                id,
                name,
                environment,
                engine,
                owner,
                provider_id: provider.id,
                external_name: provider.externalName({ id, name }),
                created_by: actor,
              },
              { ...spec, restoredFrom: begins },
            );
            await operations.createResource(trx, {
              id,
              kind: DATABASE_KIND,
              actor,
            });
            if (orderedAs === 'administrator') {
              await operations.appendEvent(trx, {
                resourceId: id,
                type: 'order.by-administrator',
                data: {
                  message: `Ordered by an administrator, who does not belong to ${owner}`,
                },
                actor,
              });
            }
            if (cloned && begins) {
              await operations.appendEvent(trx, {
                resourceId: id,
                type: 'order.from-backup',
                data: {
                  message: `To be filled with a backup of ${begins.name} (${begins.environment}) that is being taken for it`,
                  backupId: begins.backupId,
                },
                actor,
              });
            }
            if (source) {
              await holdKept(
                { trx },
                await getBackup(trx, source.backupId),
                config.backups?.store ?? '',
              );
              await operations.appendEvent(trx, {
                resourceId: id,
                type: 'order.from-backup',
                data: {
                  message: `To be filled with the backup of ${source.name} (${source.environment}) that was taken ${formatTime(new Date(source.takenAt))}`,
                  backupId: source.backupId,
                },
                actor,
              });
            }
            await appendWarnings(operations, trx, {
              resourceId: id,
              findings: verdict.findings,
            });
            const rule = [...(asks ?? []), ...(beyond?.rule ?? [])];
            const input: OperationInput = {
              providerId: provider.id,
              spec: {
                name,
                environment,
                engine,
                owner,
                version: spec.version,
                size: spec.size,
                limits: { ...spec.limits },
              },
              slot: 'a',
              revision: 1,
              ...(begins && { restoreFrom: begins.backupId }),
              ...(cloned && { awaitsBackup: true }),
              ...(beyond && { beyondQuota: beyond.sentence }),
              ...toApprovalInput(rule.length ? rule : undefined),
            };
            const operation = await operations.startOperation(trx, {
              type: rule.length ? ASK_APPROVAL : 'create',
              resourceId: id,
              input,
              actor,
            });
            return { databaseId: id, operationId: operation.id };
          },
        ),
      )
      .catch(error => this.#nameTheWinner(error, request, credentials));
    const warnings =
      verdict instanceof Error ? [] : verdict.findings.filter(isWarning);
    return {
      accepted: { ...(await databases.accepted(result)), warnings },
      orderedAs,
    };
  }

  async #check(
    request: DatabaseRequest,
  ): Promise<{ provider: DatabaseProvider; spec: StoredSpec }> {
    const { config, providers } = this.#deps;
    const { environment, engine, size, owner, name } = request;
    const environments = config.environments.map(e => e.name);
    if (!environments.includes(environment)) {
      throw new InputError(
        `environment ${environment} is not known. Choose one of ${environments.join(', ')}.`,
      );
    }
    const limits = config.sizes[size];
    if (!limits) {
      throw new InputError(
        `size ${size} is not offered. Choose one of ${Object.keys(config.sizes).join(', ')}.`,
      );
    }
    const provider = providers.choose(request);
    const { pricePerMonth, currency, ...storedLimits } = limits;
    const spec: StoredSpec = {
      version: request.version ?? provider.capabilities().versions[0],
      size,
      limits: storedLimits,
      description: request.description,
      pricePerMonth:
        pricePerMonth !== undefined && currency
          ? { amount: pricePerMonth, currency }
          : undefined,
      expiresAt: expiryOf(config, request),
    };
    const problems = await provider.validate({
      name,
      environment,
      engine,
      version: spec.version,
      size,
      limits: storedLimits,
      owner,
    });
    if (problems.length) {
      throw new InputError(problems.map(p => p.message).join(' '));
    }
    return { provider, spec };
  }

  /** The backup that it begins with, when it does, of a database whose backups the person may restore. */
  async #sourceOf(
    { restoreFrom, engine }: DatabaseRequest,
    provider: DatabaseProvider,
    credentials: UserCredentials,
  ): Promise<RestoredFrom | undefined> {
    const { access, config, knex } = this.#deps;
    if (!restoreFrom) return undefined;
    assertBackedUp({ provider, config: config.backups });
    const nothing = () =>
      new InputError(
        'restoreFrom is the id of no backup that you may restore. Take it from the list of backups of a database.',
      );
    const backup = await getBackup(knex, restoreFrom).catch(() => undefined);
    if (!backup) throw nothing();
    const record = await getDatabase(knex, backup.database_id);
    if (!(await access.may(credentials, databaseReadPermission, record))) {
      throw nothing();
    }
    await access.assertMay(credentials, databaseRestorePermission, record);
    if (record.engine !== engine) {
      throw new InputError(
        `restoreFrom is a backup of ${databaseEngineTitles[record.engine]}. Choose that engine.`,
      );
    }
    if (!backup.taken_at || backup.state !== 'kept') {
      throw new ConflictError(
        `restoreFrom is a backup that is ${backup.state}. Choose one that is kept.`,
      );
    }
    return {
      backupId: backup.id,
      name: record.name,
      environment: record.environment,
      takenAt: backup.taken_at.toISOString(),
    };
  }

  /** A name is claimed once: by an order, or by a document that somebody wrote. */
  async #takenInCatalog(
    request: DatabaseRequest,
  ): Promise<ConflictError | undefined> {
    const { catalog, auth } = this.#deps;
    const ref = databaseEntityRef(request.name, request.environment);
    const entity = await catalog.getEntityByRef(ref, {
      credentials: await auth.getOwnServiceCredentials(),
    });
    // The annotation of the id anybody can write; where an entity came from only the catalog says.
    const origin = entity?.metadata.annotations?.[ANNOTATION_ORIGIN_LOCATION];
    if (!entity || origin?.startsWith(OUR_ORIGIN)) {
      return undefined;
    }
    const place =
      entity.metadata.annotations?.['backstage.io/managed-by-location'];
    return new ConflictError(
      `name "${request.name}" is taken in ${request.environment}: the catalog has ${ref} from ${
        place ?? 'another place'
      }. Choose another one.`,
    );
  }

  async #nameTheWinner(
    error: unknown,
    request: DatabaseRequest,
    credentials: UserCredentials,
  ): Promise<never> {
    const { knex, access } = this.#deps;
    if (isError(error) && error.message.startsWith('name "')) {
      const { environment, name } = request;
      const winner = await findDatabaseByName(knex, environment, name);
      if (
        winner &&
        (await access.may(credentials, databaseReadPermission, winner))
      ) {
        throw new ConflictError(
          `name "${name}" is taken in ${environment} by a database of ${winner.owner}. Choose another one.`,
        );
      }
    }
    throw error;
  }
}

/** What policies are told of a backup that there is not yet. */
function toBeTaken({ name, environment }: DatabaseRecord): RestoredFrom {
  return { backupId: '', name, environment, takenAt: '' };
}

interface OrdersDeps extends ServiceDeps {
  policies: PoliciesService;
  databases: DatabasesService;
  config: DatabasesConfig;
  catalog: CatalogService;
  auth: AuthService;
}
