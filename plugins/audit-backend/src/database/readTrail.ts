import type { Knex } from 'knex';

/** The trail as a whole. */
export interface Trail {
  id: string;
  /** Hash before the first entry, when there is none yet. */
  headHash: string;
  headSeq: number;
  /** By the clock of the database, as in exports. */
  headAt: string;
  /** The database's clock now. */
  now: string;
  /** Days that the owner of the tables has entries kept at least; missing when it is for ever. */
  minimumDays?: number;
}

/** Reads where the trail has come to. */
export async function readTrail(knex: Knex): Promise<Trail> {
  const { rows } = await knex.raw<{
    rows: {
      id: string;
      head_hash: string;
      head_seq: string;
      head_at: string;
      now: string;
      minimum: string | null;
    }[];
  }>(
    `SELECT id, head_hash, head_seq, slipway_audit.format_time(head_at) AS head_at,
            slipway_audit.format_time(clock_timestamp()) AS now,
            extract(epoch FROM minimum_retention) / 86400 AS minimum
       FROM slipway_audit.trail`,
  );
  const [row] = rows;
  return {
    id: row.id,
    headHash: row.head_hash,
    headSeq: Number(row.head_seq),
    headAt: row.head_at,
    now: row.now,
    ...(row.minimum !== null && { minimumDays: Number(row.minimum) }),
  };
}
