import {
  EnsureRequest,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { quoteDatabase } from '../identifiers';
import { claimTenant, DROPPED } from '../tenant';
import { whatLetsTenantsIn } from '../whatLetsTenantsIn';
import { OperationContext } from './context';

/**
 * Writes the database into the registry, and makes it.
 *
 * @throws TerminalError when it is to be made and the server cannot keep tenants apart (any more), and when somebody has dropped a database that was in use
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
      const { names, record, hasDatabase } = await claimTenant(
        session,
        target,
        context,
      );
      if (record?.active && !hasDatabase) {
        // It was handed over: an empty one in its place would pass for it.
        throw new TerminalError(DROPPED);
      }
      if (!hasDatabase) {
        const problems = await whatLetsTenantsIn(sql => session.query(sql));
        if (problems.length > 0) {
          throw new TerminalError(
            `${server.title} cannot keep tenants apart. ${problems.join(' ')}`,
          );
        }
      }
      // First, so that what is made bears our mark from its first moment.
      await session.query(
        `INSERT INTO slipway.tenants (id, external_name, name, environment, owner, fence)
           VALUES (?, ?, ?, ?, ?, ?)
           ON DUPLICATE KEY UPDATE name = VALUES(name), environment = VALUES(environment), owner = VALUES(owner)`,
        [
          target.id,
          names.database,
          spec.name,
          spec.environment,
          spec.owner,
          context.fence.toString(),
        ],
      );
      await session.query(
        `CREATE DATABASE IF NOT EXISTS ${quoteDatabase(names.database)} CHARACTER SET utf8mb4`,
      );
    },
    context,
  );
}
