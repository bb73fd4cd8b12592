import {
  EnsureRequest,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { quoteName } from '../identifiers';
import { claimTenant } from '../tenant';
import { OperationContext } from './context';
import { endBlockers } from './endBlockers';
import { giveRights } from './giveRights';

/**
 * Gives the schema `public` to the tenant's owner role and sets what the roles
 * rw and ro may do with everything that the owner will make.
 * @internal
 */
export async function ensureSchema(
  { server }: OperationContext,
  { target }: EnsureRequest,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const { names, database } = await claimTenant(session, target, context);
      if (!database?.allowsConnections) {
        throw new TerminalError('The database does not take connections yet');
      }
      const [owner, rw, ro] = [names.owner, names.rw, names.ro].map(quoteName);
      await server.inDatabase(
        session,
        names.database,
        'write',
        // The tenant may hold any of it in a transaction that never ends, and would be out of reach for as long as we waited.
        inside =>
          endBlockers(server, inside, async () => {
            await server.transaction(inside, async () => {
              const { rowCount } = await inside.query(
                `SELECT 1 FROM pg_namespace WHERE nspname = 'public'
                AND nspowner = 'pg_database_owner'::regrole`,
              );
              // On a nearly full server Postgres works out our memberships before it
              // knows which database this is, and then keeps that: it would not
              // take us for its owner. Asking about another role makes it forget.
              await inside.query(
                `SELECT pg_has_role($1, 'pg_database_owner', 'USAGE')`,
                [names.platform],
              );
              // Otherwise it is the tenant's already, who may also have dropped it.
              if (rowCount !== 0) {
                await inside.query(`ALTER SCHEMA public OWNER TO ${owner}`);
                await inside.query(`REVOKE ALL ON SCHEMA public FROM PUBLIC`);
                await inside.query(
                  `GRANT USAGE ON SCHEMA public TO ${rw}, ${ro}`,
                );
              }
            });
            await giveRights(server, inside, names);
          }),
      );
    },
    context,
  );
}
