/**
 * Names a secret. A value never changes: another value is another revision.
 * @public
 */
export interface SecretRef {
  /** What it belongs to, e.g. `database/<id>/workload`. */
  id: string;
  revision: number;
}

/**
 * Keeps secrets. Values are never logged and never appear in an error.
 *
 * @public
 */
export interface SecretStore {
  /** For people and the audit trail: "Sealed in Postgres". */
  readonly title: string;

  /**
   * Stores a value. Storing the same again is fine.
   *
   * @throws ConflictError when the revision holds another value.
   */
  write(ref: SecretRef, value: string): Promise<void>;

  /**
   * @throws NotFoundError when there is no such revision.
   * @throws ServiceUnavailableError when it cannot be opened now, for example
   *   because its key is gone; the message says what to do.
   */
  read(ref: SecretRef): Promise<string>;

  /** Forgets a revision. Gone is also fine. */
  remove(ref: SecretRef): Promise<void>;

  /** Forgets all revisions of what {@link SecretRef.id} names. None is also fine. */
  removeAll(id: string): Promise<void>;
}
