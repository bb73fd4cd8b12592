/**
 * What `platform:database:create` orders by an input: the short form is `type` for `engine`, and no environment.
 * @public
 */
export function databaseOrderOf(
  input: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { name, engine, type, version, size, environment } = input;
  const { owner, description } = input;
  return {
    name,
    engine: engine ?? type ?? 'postgres',
    version: version || undefined,
    size,
    environment: environment ?? 'development',
    owner,
    description: description || undefined,
  };
}
