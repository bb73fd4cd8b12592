import {
  EnsureRequest,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { registry, write } from '../registry';
import { change } from '../tenant';
import { whatLetsTenantsIn } from '../whatLetsTenantsIn';
import { OperationContext } from './context';

/**
 * Writes the database into the registry. Redis has nothing else to make: a key is
 * there when something is in it.
 *
 * @throws TerminalError when the server cannot keep tenants apart (any more)
 * @internal
 */
export async function ensureDatabase(
  { server, config }: OperationContext,
  { target, spec }: EnsureRequest,
  context: WriteContext,
): Promise<void> {
  await change(server, target, context, async ({ names }, session) => {
    const problems = await whatLetsTenantsIn(session, config);
    if (problems.length > 0) {
      throw new TerminalError(
        `${server.title} cannot keep tenants apart. ${problems.join(' ')}`,
      );
    }
    return {
      set: {
        externalName: names.database,
        name: spec.name,
        environment: spec.environment,
        owner: spec.owner,
      },
      commands: [
        write('SET', registry.name(names.database), target.id),
        write('SADD', registry.tenants, target.id),
      ],
      result: undefined,
    };
  });
}
