import { ResponseError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import {
  databaseEntityRef,
  databaseOptionsSchema,
  databaseOwnerSchema,
  databaseQuotaAnswerSchema,
  isBeyondQuota,
  type DatabaseOptions,
  type DatabaseQuota,
} from '@slipway/plugin-databases-common';
import type {
  PolicyNote,
  PolicyRequest,
} from '@slipway/plugin-policies-common';
import type { PolicyRequestCompletion } from '@slipway/plugin-policies-node';
import type { DatabasesDoor } from './DatabasesDoor';

/** What is offered changes with the configuration only; a form asks with each key. */
const KEPT_MS = 5_000;

/** Fills an order in with what the databases plugin would find out: where it would be made, what it costs and how it is kept safe. */
export class DatabaseRequestCompletion implements PolicyRequestCompletion {
  readonly kind = 'DatabaseRequest';
  readonly #door: DatabasesDoor;
  #asked: { at: number; options: Promise<DatabaseOptions> } | undefined;

  static create(door: DatabasesDoor): DatabaseRequestCompletion {
    return new DatabaseRequestCompletion(door);
  }

  private constructor(door: DatabasesDoor) {
    this.#door = door;
  }

  async complete(request: PolicyRequest): Promise<PolicyRequest> {
    const options = await this.#options();
    const given = read(request.object);
    const found = findOut(given, options);
    if (request.operation !== 'create') {
      // What is stored of it is known to the databases plugin only.
      return { ...request, object: { ...found, ...given } };
    }
    const { name, environment } = given;
    return {
      ...request,
      object: { ...asked(given), ...found },
      // As the order asks: all that is matched by stands in the object, and waivers match by the entity, too.
      name: undefined,
      environment: undefined,
      owner: undefined,
      labels: undefined,
      entityRef:
        isFilled(name) && isFilled(environment)
          ? databaseEntityRef(name, environment)
          : undefined,
    };
  }

  async notes({ operation, object }: PolicyRequest): Promise<PolicyNote[]> {
    const { owner, environment, engine, size } = object;
    if (operation !== 'create' || !isFilled(size)) return [];
    const place = { owner, environment, engine };
    if (!areFilled(place)) return [];
    const [{ approvals = [], sizes }, quota] = await Promise.all([
      this.#options(),
      this.#quota(place),
    ]);
    const wanted = sizes.find(({ name }) => name === size);
    const isBeyond = quota && isBeyondQuota(quota, wanted?.storageGiB);
    const rules = approvals.filter(
      each =>
        each.environment === environment &&
        each.sizes.some(one => one === size),
    );
    const notes = [
      ...rules.map(rule => ({
        message: `It waits for approval by ${who(rule)}.`,
      })),
      ...(isBeyond && quota.approval
        ? [
            {
              message: `It is beyond the quota of ${owner}, and waits for approval by ${who(quota.approval)}.`,
            },
          ]
        : []),
      ...(isBeyond && !quota.approval
        ? [
            {
              message: `It is beyond the quota of ${owner}, and will be refused. Delete what is not needed, or ask the platform team for more.`,
              refuses: true,
            },
          ]
        : []),
    ];
    // A task that is tried again may have ordered it before: that order is not made anew, and counts already.
    return notes.length > 0 && (await this.#isOrdered(object)) ? [] : notes;
  }

  async #isOrdered({ environment, name }: JsonObject): Promise<boolean> {
    if (!isFilled(environment) || !isFilled(name)) return false;
    const response = await this.#door.fetch(
      `/databases/by-name/${encodeURIComponent(environment)}/${encodeURIComponent(name)}`,
    );
    // What can be no name is nothing that was ordered.
    if (response.status === 404 || response.status === 400) return false;
    if (!response.ok) throw await ResponseError.fromResponse(response);
    return (await response.json()).state !== 'deleted';
  }

  async #quota(
    place: Record<string, string>,
  ): Promise<DatabaseQuota | undefined> {
    const response = await this.#door.fetch(
      `/quota?${new URLSearchParams(place)}`,
    );
    // Of what nobody offers: an order says so itself.
    if (response.status === 400) return undefined;
    if (!response.ok) throw await ResponseError.fromResponse(response);
    return databaseQuotaAnswerSchema.parse(await response.json()).quota;
  }

  #options(): Promise<DatabaseOptions> {
    if (!this.#asked || this.#asked.at < Date.now() - KEPT_MS) {
      const asking = { at: Date.now(), options: this.#read() };
      this.#asked = asking;
      // A failure is not kept.
      asking.options.catch(() => {
        if (this.#asked === asking) this.#asked = undefined;
      });
    }
    return this.#asked.options;
  }

  async #read(): Promise<DatabaseOptions> {
    const response = await this.#door.fetch('/options');
    if (!response.ok) throw await ResponseError.fromResponse(response);
    return databaseOptionsSchema.parse(await response.json());
  }
}

function who(rule: { groups: string[]; required: number }): string {
  return `${rule.required} of ${rule.groups.join(' or ')}`;
}

/** What an order says itself. The rest the plugin finds out, whatever somebody says. */
function asked(given: JsonObject): JsonObject {
  const { pricePerMonth, encrypted, highAvailability, backup, ...rest } = given;
  return rest;
}

/** What would be made, as an order has it: see the databases plugin. */
function findOut(
  { engine, environment, version, size }: JsonObject,
  { offers = [], providers }: DatabaseOptions,
): JsonObject {
  const here = offers.filter(
    offer => offer.engine === engine && offer.environment === environment,
  );
  const versionsOf = (id: string) =>
    providers.find(provider => provider.id === id)?.versions ?? [];
  const offer = isFilled(version)
    ? here.find(({ providerId }) => versionsOf(providerId).includes(version))
    : here.find(({ takesOrders }) => takesOrders);
  if (!offer) return {};
  const price = offer.sizes.find(({ name }) => name === size)?.pricePerMonth;
  const { backup, ...kept } = offer.protection ?? {};
  const [newest] = versionsOf(offer.providerId);
  return {
    ...(isFilled(version) ? { version } : newest && { version: newest }),
    ...(price && { pricePerMonth: { ...price } }),
    ...kept,
    ...(backup && { backup: { ...backup } }),
  };
}

/** Without what was left empty in a form, and with the owner in full, as orders are read. */
function read(object: JsonObject): JsonObject {
  const owner = databaseOwnerSchema.safeParse(object.owner);
  const filled = Object.entries(object).filter(([, value]) => value !== '');
  return {
    ...Object.fromEntries(filled),
    ...(owner.success && { owner: owner.data }),
  };
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function areFilled<T extends string>(
  values: Record<T, unknown>,
): values is Record<T, string> {
  return Object.values(values).every(isFilled);
}
