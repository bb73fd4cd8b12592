import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  COST_EXPORT_MAX,
  type CostGrouping,
  type CostQuery,
  type CostRow,
  type CostRows,
  type Costs,
  databaseEntityRef,
  type IdleDatabases,
} from '@slipway/plugin-databases-common';
import {
  type CostFilter,
  type CostRecord,
  type CostSumRecord,
  listCosts,
  sumCosts,
} from '../database/costs';
import { listIdle } from '../database/idle';
import { findNames } from '../database/readDatabases';
import type {
  DatabasesService,
  ServiceDeps,
} from '../services/DatabasesService';
import { NO_SYSTEM, SEVERAL_SYSTEMS, systemsOf } from './systemsOf';

/** Groups of one answer; the dearest are in it. */
const GROUPS_MAX = 200;
const IDLE_MAX = 100;

interface CostsDeps extends ServiceDeps {
  databases: DatabasesService;
  catalog: CatalogService;
}

type Sum = Costs['total'];

const EMPTY: Sum = { amounts: [], databases: 0, withoutPrice: 0 };

/** What databases cost, of those that the caller may see. */
export class CostsService {
  readonly #deps: CostsDeps;

  static create(deps: CostsDeps): CostsService {
    return new CostsService(deps);
  }

  private constructor(deps: CostsDeps) {
    this.#deps = deps;
  }

  async sum(
    query: CostQuery,
    by: CostGrouping,
    credentials: BackstageCredentials,
  ): Promise<Costs> {
    const { knex } = this.#deps;
    const filter = await this.#filterOf(query, credentials);
    const records = await sumCosts(
      knex,
      filter,
      by === 'system' ? 'database' : by,
    );
    const groups =
      by === 'system'
        ? await this.#bySystem(records, credentials)
        : gather(records);
    const total =
      gather(records.filter(({ is_total }) => is_total)).get('') ?? EMPTY;
    const sorted = [...groups]
      .filter(([key]) => key !== '')
      .sort(([one, a], [other, b]) =>
        by === 'month' || most(a) === most(b)
          ? one.localeCompare(other)
          : most(b) - most(a),
      );
    const shown = sorted.slice(0, GROUPS_MAX);
    const titles = await this.#titles(
      by,
      shown.map(([key]) => key),
    );
    return {
      from: query.from,
      to: query.to,
      by,
      items: shown.map(([key, sum]) => ({
        key,
        title: titles.get(key) ?? key,
        ...sum,
      })),
      left: sorted.length - shown.length,
      total,
    };
  }

  async rows(
    query: CostQuery,
    page: { offset: number; limit: number },
    credentials: BackstageCredentials,
  ): Promise<CostRows> {
    const filter = await this.#filterOf(query, credentials);
    const { items, totalItems } = await listCosts(
      this.#deps.knex,
      filter,
      page,
    );
    return { items: items.map(toRow), totalItems };
  }

  /** All rows, as long as they are not too many for one file. */
  async all(
    query: CostQuery,
    credentials: BackstageCredentials,
  ): Promise<CostRow[]> {
    const { items, totalItems } = await this.rows(
      query,
      { offset: 0, limit: COST_EXPORT_MAX },
      credentials,
    );
    if (totalItems > COST_EXPORT_MAX) {
      throw new InputError(
        `${totalItems} rows match, and ${COST_EXPORT_MAX} go into one export. Narrow it, for example to fewer months.`,
      );
    }
    return items;
  }

  async idle(credentials: BackstageCredentials): Promise<IdleDatabases> {
    const { access, config, databases, knex } = this.#deps;
    const days = config.health.idleDays;
    const records = await listIdle(knex, {
      days,
      limit: IDLE_MAX,
      criteria: await access.readable(credentials),
    });
    const shown = await databases.present(records);
    return {
      days,
      items: shown.map((database, index) => ({
        database,
        idleSince: records[index].idle_since.toISOString(),
      })),
    };
  }

  async #filterOf(
    query: CostQuery,
    credentials: BackstageCredentials,
  ): Promise<CostFilter> {
    const { access } = this.#deps;
    const filter: CostFilter = {
      from: `${query.from}-01`,
      to: `${query.to}-01`,
      criteria: await access.readable(credentials),
      databases: query.database === undefined ? undefined : [query.database],
      owner: query.owner,
      environment: query.environment,
      unpriced: query.unpriced,
    };
    if (query.system === undefined) return filter;
    const ids = [
      ...gather(await sumCosts(this.#deps.knex, filter, 'database')).keys(),
    ];
    const systems = await this.#systemsById(ids.filter(Boolean), credentials);
    return {
      ...filter,
      databases: [...systems]
        .filter(([, system]) => system === query.system)
        .map(([id]) => id),
    };
  }

  /** What each database is added up to by its system. Databases belong to one each, so that counts add up too. */
  async #bySystem(
    records: CostSumRecord[],
    credentials: BackstageCredentials,
  ): Promise<Map<string, Sum>> {
    const byId = gather(records);
    byId.delete('');
    const systems = await this.#systemsById([...byId.keys()], credentials);
    const sums = new Map<string, Sum>();
    for (const [id, sum] of byId) {
      const system = systems.get(id) ?? NO_SYSTEM;
      sums.set(system, add(sums.get(system) ?? EMPTY, sum));
    }
    return sums;
  }

  async #systemsById(
    ids: string[],
    credentials: BackstageCredentials,
  ): Promise<Map<string, string>> {
    const { catalog, knex } = this.#deps;
    const names = await findNames(knex, ids);
    const refs = new Map(
      names.map(({ id, name, environment }) => [
        id,
        databaseEntityRef(name, environment),
      ]),
    );
    const systems = await systemsOf(
      catalog,
      [...new Set(refs.values())],
      credentials,
    );
    return new Map(
      ids.map(id => [id, systems.get(refs.get(id) ?? '') ?? NO_SYSTEM]),
    );
  }

  async #titles(
    by: CostGrouping,
    keys: string[],
  ): Promise<Map<string, string>> {
    if (by === 'system') {
      return new Map([
        [SEVERAL_SYSTEMS, 'Used by several systems'],
        [NO_SYSTEM, 'No system known'],
      ]);
    }
    if (by === 'environment') {
      return new Map(
        this.#deps.config.environments.map(({ name, title }) => [name, title]),
      );
    }
    if (by !== 'database') return new Map();
    const names = await findNames(this.#deps.knex, keys);
    return new Map(
      names.map(({ id, name, environment, deleted_at }) => [
        id,
        `${name} (${environment})${deleted_at ? ', deleted' : ''}`,
      ]),
    );
  }
}

/** Sums by key; that over all has the key "". */
function gather(records: CostSumRecord[]): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const record of records) {
    const key = record.is_total ? '' : (record.key ?? '');
    const sum = sums.get(key) ?? { ...EMPTY, amounts: [] };
    if (record.is_count) {
      sum.databases = record.databases;
      sum.withoutPrice = record.without_price;
    } else if (record.currency !== null && record.amount !== null) {
      sum.amounts.push({
        amount: Number(record.amount),
        currency: record.currency,
      });
    }
    sums.set(key, sum);
  }
  return sums;
}

function add(one: Sum, other: Sum): Sum {
  const amounts = new Map<string, number>();
  for (const { amount, currency } of [...one.amounts, ...other.amounts]) {
    // In hundredths, which are whole.
    const before = amounts.get(currency) ?? 0;
    amounts.set(currency, before + Math.round(amount * 100));
  }
  return {
    amounts: [...amounts].map(([currency, hundredths]) => ({
      currency,
      amount: hundredths / 100,
    })),
    databases: one.databases + other.databases,
    withoutPrice: one.withoutPrice + other.withoutPrice,
  };
}

function most({ amounts }: Sum): number {
  return Math.max(-1, ...amounts.map(({ amount }) => amount));
}

function toRow(record: CostRecord): CostRow {
  const money = (amount: string | null) =>
    amount === null || record.currency === null
      ? undefined
      : { amount: Number(amount), currency: record.currency };
  return {
    databaseId: record.id,
    name: record.name,
    environment: record.environment,
    owner: record.owner,
    size: record.size,
    month: record.month,
    from: record.since.toISOString(),
    to: record.until.toISOString(),
    pricePerMonth: money(record.price),
    cost: money(record.cost),
    isDeleted: record.is_deleted,
  };
}
