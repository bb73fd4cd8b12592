import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A new random secret of 160 bits as 40 hex digits, the shape of Gitea's tokens. */
export function generateToken(): string {
  return randomBytes(20).toString('hex');
}

/** What is kept of a generated secret. It is random enough that a plain hash cannot be turned back. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares without telling by its duration how much was right. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(
    createHash('sha256').update(a).digest(),
    createHash('sha256').update(b).digest(),
  );
}
