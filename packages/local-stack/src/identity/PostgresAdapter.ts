import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Pool } from 'pg';

const migration = `
  CREATE TABLE IF NOT EXISTS records (
    model text NOT NULL,
    id text NOT NULL,
    payload jsonb NOT NULL,
    grant_id text,
    uid text,
    expires_at timestamptz,
    PRIMARY KEY (model, id)
  );
  CREATE INDEX IF NOT EXISTS records_grant_id ON records (grant_id) WHERE grant_id IS NOT NULL;
  CREATE UNIQUE INDEX IF NOT EXISTS records_uid ON records (model, uid) WHERE uid IS NOT NULL;
  CREATE INDEX IF NOT EXISTS records_expires_at ON records (expires_at) WHERE expires_at IS NOT NULL;
`;

/** Makes the table in which the identity provider keeps sessions, grants and tokens. May be repeated. */
export async function migrateRecords(pool: Pool): Promise<void> {
  await pool.query(migration);
}

/** Deletes what has expired. */
export async function deleteExpired(pool: Pool): Promise<void> {
  await pool.query('DELETE FROM records WHERE expires_at < now()');
}

/**
 * Keeps the identity provider's records in Postgres, so that a restart signs nobody out.
 */
export class PostgresAdapter implements Adapter {
  readonly #pool: Pool;
  readonly #model: string;

  constructor(pool: Pool, model: string) {
    this.#pool = pool;
    this.#model = model;
  }

  async upsert(
    id: string,
    payload: AdapterPayload,
    expiresIn?: number,
  ): Promise<void> {
    await this.#pool.query(
      `INSERT INTO records (model, id, payload, grant_id, uid, expires_at)
       VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
       ON CONFLICT (model, id) DO UPDATE SET
         payload = excluded.payload,
         grant_id = excluded.grant_id,
         uid = excluded.uid,
         expires_at = excluded.expires_at`,
      [
        this.#model,
        id,
        payload,
        payload.grantId ?? null,
        this.#model === 'Session' ? payload.uid : null,
        expiresIn || null,
      ],
    );
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.#findBy('id', id);
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#findBy('uid', uid);
  }

  async findByUserCode(): Promise<undefined> {
    // Only devices use such codes, and the device flow is off.
    return undefined;
  }

  async consume(id: string): Promise<void> {
    await this.#pool.query(
      `UPDATE records
       SET payload = payload || jsonb_build_object('consumed', floor(extract(epoch FROM now())))
       WHERE model = $1 AND id = $2`,
      [this.#model, id],
    );
  }

  async destroy(id: string): Promise<void> {
    await this.#pool.query('DELETE FROM records WHERE model = $1 AND id = $2', [
      this.#model,
      id,
    ]);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await this.#pool.query(
      'DELETE FROM records WHERE grant_id = $1 AND model = $2',
      [grantId, this.#model],
    );
  }

  async #findBy(
    column: 'id' | 'uid',
    value: string,
  ): Promise<AdapterPayload | undefined> {
    const { rows } = await this.#pool.query<{ payload: AdapterPayload }>(
      `SELECT payload FROM records
       WHERE model = $1 AND ${column} = $2 AND (expires_at IS NULL OR expires_at > now())`,
      [this.#model, value],
    );
    return rows[0]?.payload;
  }
}
