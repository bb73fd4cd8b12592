import type { LoggerService } from '@backstage/backend-plugin-api';
import { ConflictError } from '@backstage/errors';
import type {
  AuditPublisher,
  SignedStatement,
} from '@slipway/plugin-audit-node';

/** All places where heads are kept. */
export class Publishers {
  readonly #publishers = new Map<string, AuditPublisher>();

  addPublisher(publisher: AuditPublisher): void {
    if (this.#publishers.has(publisher.id)) {
      throw new ConflictError(
        `There are two publishers of audit heads with the id '${publisher.id}'`,
      );
    }
    this.#publishers.set(publisher.id, publisher);
  }

  /** Those that can be read back. */
  readable(): (AuditPublisher & Required<Pick<AuditPublisher, 'read'>>)[] {
    return [...this.#publishers.values()].filter(
      (each): each is AuditPublisher & Required<Pick<AuditPublisher, 'read'>> =>
        each.read !== undefined,
    );
  }

  ids(): string[] {
    return [...this.#publishers.keys()];
  }

  /**
   * Keeps a statement everywhere. A place that fails does not keep it from the others.
   *
   * @returns whether at least one has kept it
   */
  async publish(
    statement: SignedStatement,
    logger: LoggerService,
  ): Promise<boolean> {
    const kept = await Promise.all(
      [...this.#publishers.values()].map(async publisher => {
        try {
          await publisher.publish(statement);
          return true;
        } catch (error) {
          logger.error(
            `The ${statement.kind} of the audit trail could not be published to '${publisher.id}': ${error}`,
          );
          return false;
        }
      }),
    );
    return kept.includes(true);
  }
}
