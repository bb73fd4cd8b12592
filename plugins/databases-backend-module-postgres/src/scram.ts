import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const ITERATIONS = 4096;

/**
 * Computes what Postgres keeps of a password (SCRAM-SHA-256, RFC 5802 and 7677),
 * so that the password itself never travels in SQL, where the server's log or
 * `pg_stat_activity` would show it.
 *
 * @param password - printable ASCII, for which SASLprep changes nothing
 * @param salt - 16 random bytes unless a test gives its own
 * @throws TypeError when the password holds other characters
 * @public
 */
export async function scramVerifier(
  password: string,
  salt: Buffer = randomBytes(16),
): Promise<string> {
  if (!/^[\x21-\x7e]{1,256}$/.test(password)) {
    throw new TypeError(
      'A password must be 1 to 256 printable ASCII characters without spaces',
    );
  }
  const salted = await promisify(pbkdf2)(
    password,
    salt,
    ITERATIONS,
    32,
    'sha256',
  );
  const hmac = (text: string) =>
    createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest();
  const serverKey = hmac('Server Key');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey.toString('base64')}:${serverKey.toString('base64')}`;
}
