import { databaseSizes } from '@slipway/plugin-databases-common';
import type { Knex } from 'knex';
import type { DatabasesConfig } from '../config';

/** Writes what has changed in the price list since it was last written, from now on. Several replicas may do it at once. */
export async function recordPrices(
  knex: Knex,
  sizes: DatabasesConfig['sizes'],
): Promise<void> {
  await knex.transaction(async trx => {
    await trx.raw(
      `SELECT pg_advisory_xact_lock(hashtextextended('databases-prices', 0))`,
    );
    const rows: {
      size: string;
      amount: string | null;
      currency: string | null;
    }[] = await trx('database_prices')
      .distinctOn('size')
      .orderBy('size')
      .orderBy('valid_from', 'desc')
      .select('size', 'amount', 'currency');
    for (const size of databaseSizes) {
      const last = rows.find(row => row.size === size);
      const price = priceIn(sizes, size);
      const isSame = last
        ? Number(last.amount ?? NaN) === price?.amount &&
          last.currency === price?.currency
        : !price;
      if (isSame || (!price && last?.amount === null)) continue;
      await trx('database_prices').insert({
        size,
        // Not that of the transaction, which may have waited for another.
        valid_from: trx.raw('clock_timestamp()'),
        amount: price?.amount ?? null,
        currency: price?.currency ?? null,
      });
    }
  });
}

/** What a size costs now, where that is known. */
export function priceIn(
  sizes: DatabasesConfig['sizes'],
  size: keyof DatabasesConfig['sizes'],
): { amount: number; currency: string } | undefined {
  const { pricePerMonth: amount, currency } = sizes[size] ?? {};
  return amount !== undefined && currency ? { amount, currency } : undefined;
}
