import type { FieldProblem } from '@slipway/input';
import { DatabaseProvider, DatabaseSpec } from '../provider';

/**
 * What of a spec is beyond a provider's capabilities: its engine, its version
 * or its environment.
 * @public
 */
export function findUnserved(
  provider: Pick<DatabaseProvider, 'title' | 'capabilities'>,
  spec: DatabaseSpec,
): FieldProblem[] {
  const { engine, versions, environments } = provider.capabilities();
  const offered: Array<[keyof DatabaseSpec, string, string[]]> = [
    ['engine', spec.engine, [engine]],
    ['environment', spec.environment, environments],
    ['version', spec.version ?? versions[0], versions],
  ];
  return offered
    .filter(([, value, values]) => !values.includes(value))
    .map(([field, , values]) => ({
      field,
      message: `${field} is not served by ${provider.title}. Choose one of ${values.join(', ')}.`,
    }));
}
