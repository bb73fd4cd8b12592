/**
 * Names a secret. A value never changes: another value is another revision.
 * @public
 */
export interface SecretRef {
  /** What it belongs to, e.g. `database/<id>/workload`; any text of 200 characters at most. */
  id: string;
  /** 1 or higher. */
  revision: number;
}

/**
 * Keeps secrets. Values are never logged and never appear in an error, nor in
 * its causes.
 *
 * @remarks
 *
 * Every method may be repeated, by this replica or another one, also when it
 * is not known what became of the call before: a lost answer is a
 * `RetryableError` here, not an `AmbiguousError`. What is not marked as ours is
 * never read, altered or removed.
 *
 * Beside what the methods name they throw
 *
 * - `InputError` for a ref or a value that no store takes, see `checkSecretRef`;
 * - `RetryableError` when the store does not answer, refuses for a while, or
 *   cannot open the value now; the message says what to do;
 * - `TerminalError` when a person has to do something else than wait.
 *
 * @public
 */
export interface SecretStore {
  /** As `databases.secrets.store` names it: `sealed`, `vault`. */
  readonly id: string;

  /** For people and the audit trail: "Sealed in Postgres". */
  readonly title: string;

  /**
   * Stores a value. Storing the same again is fine.
   *
   * @throws ConflictError when the revision holds another value, which stays.
   * @throws TerminalError when its place is taken by something that is not ours.
   */
  write(ref: SecretRef, value: string): Promise<void>;

  /**
   * @throws NotFoundError when there is no such revision of ours.
   */
  read(ref: SecretRef): Promise<string>;

  /** Forgets a revision, which may then be written anew. Gone is also fine. */
  remove(ref: SecretRef): Promise<void>;

  /** Forgets all revisions of what {@link SecretRef.id} names. None is also fine. */
  removeAll(id: string): Promise<void>;
}
