import {
  EnsureRequest,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { quoteName, quoteText } from '../identifiers';
import { writeMarker } from '../marker';
import { claimTenant, DROPPED } from '../tenant';
import { OperationContext } from './context';

/**
 * Makes the database itself. Nobody can connect to it until the next step has
 * shut others out: between the two, PUBLIC would have the right to.
 *
 * @throws TerminalError when somebody has dropped a database that was in use
 * @internal
 */
export async function ensureDatabase(
  { server }: OperationContext,
  { target, spec }: EnsureRequest,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const { names, marker, database } = await claimTenant(
        session,
        target,
        context,
      );
      if (!marker) {
        throw new TerminalError('The roles of the database are not there yet');
      }
      const name = quoteName(names.database);
      if (!database && marker.active) {
        // It was handed over: an empty one in its place would pass for it.
        throw new TerminalError(DROPPED);
      }
      if (!database) {
        // Cannot run in a transaction. template0, because nobody can be
        // connected to it and nobody can have put anything in.
        await server.retrying(() =>
          server.lengthy(
            session,
            `CREATE DATABASE ${name} OWNER ${quoteName(names.platform)} TEMPLATE template0 ENCODING 'UTF8' ALLOW_CONNECTIONS false CONNECTION LIMIT ${Math.trunc(spec.limits.connectionLimit)}`,
          ),
        );
      }
      if (!database?.marked) {
        const text = writeMarker({
          slipway: 1,
          id: target.id,
          kind: 'database',
        });
        await session.query(
          `COMMENT ON DATABASE ${name} IS ${quoteText(text)}`,
        );
      }
    },
    context,
  );
}
