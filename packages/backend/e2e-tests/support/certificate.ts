import { generate } from 'selfsigned';

/**
 * Makes a certificate for servers at 127.0.0.1. It is its own authority: who is to trust it gets it as one.
 *
 * @returns both in PEM
 */
export function makeCertificate(): { certificate: string; key: string } {
  const made = generate([{ name: 'commonName', value: 'localhost' }], {
    days: 2,
    keySize: 2048,
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { certificate: made.cert, key: made.private };
}
