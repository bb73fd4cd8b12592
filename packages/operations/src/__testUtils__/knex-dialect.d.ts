declare module 'knex/lib/dialects/postgres' {
  /** Knex publishes no types for its dialects; this is all that a test overrides. */
  export default class PostgresClient {
    _query(connection: object, obj: object): Promise<object>;
  }
}
