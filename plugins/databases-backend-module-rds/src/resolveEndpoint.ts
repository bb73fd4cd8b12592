import type { DBInstance } from '@aws-sdk/client-rds';

/**
 * Where the Postgres of an instance is reached, and how it proves that it is the one.
 * @public
 */
export interface InstanceEndpoint {
  host: string;
  port: number;
  /** TLS: against these authorities in PEM, or with `true` against those of the system. */
  ssl: boolean | { ca: string };
}

/**
 * Says where the Postgres of an instance is reached.
 *
 * @returns nothing while AWS has not said it yet
 * @public
 */
export type ResolveEndpoint = (
  instance: DBInstance,
) => InstanceEndpoint | undefined;

/**
 * The endpoint that RDS gives the instance, by TLS and with a certificate that is checked.
 *
 * @param ca - the certificate authorities of RDS in PEM; those of the system when left out
 * @public
 */
export function endpointOfRds(ca: string | undefined): ResolveEndpoint {
  return ({ Endpoint: endpoint }) =>
    endpoint?.Address && endpoint.Port
      ? { host: endpoint.Address, port: endpoint.Port, ssl: ca ? { ca } : true }
      : undefined;
}
