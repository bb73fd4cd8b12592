import { createDecipheriv } from 'node:crypto';
import { Client, type ClientConfig } from 'pg';

interface Row {
  id: string;
  revision: number;
  key_id: string;
  wrapped_key: Buffer;
  sealed: Buffer;
}

/**
 * Opens what the portal has sealed, after the documentation and without its code: the passwords that no other place may tell.
 *
 * @param key - in base64
 */
export async function openSealed(
  database: ClientConfig,
  key: string,
): Promise<Map<string, string>> {
  const client = new Client(database);
  await client.connect();
  try {
    const { rows } = await client.query<Row>('SELECT * FROM sealed_secrets');
    return new Map(
      rows.map(row => {
        const bound = `slipway/secret/${row.id}/${row.revision}`;
        const dataKey = decrypt(
          Buffer.from(key, 'base64'),
          row.wrapped_key,
          `${bound}/${row.key_id}`,
        );
        return [
          `revision ${row.revision} of ${row.id}`,
          decrypt(dataKey, row.sealed, bound).toString(),
        ];
      }),
    );
  } finally {
    await client.end();
  }
}

/** Nonce, tag, ciphertext. */
function decrypt(key: Buffer, sealed: Buffer, bound: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  decipher.setAAD(Buffer.from(bound));
  decipher.setAuthTag(sealed.subarray(12, 28));
  return Buffer.concat([
    decipher.update(sealed.subarray(28)),
    decipher.final(),
  ]);
}
