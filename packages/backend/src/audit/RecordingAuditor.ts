import {
  type AuditorEvent,
  DefaultAuditorService,
} from '@backstage/backend-defaults/auditor';
import type {
  AuditorService,
  AuditorServiceCreateEventOptions,
  AuditorServiceEvent,
  AuthService,
  HttpAuthService,
  PluginMetadataService,
} from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import {
  auditSeverities,
  type AuditSeverity,
} from '@slipway/plugin-audit-common';
import type { AuditTrailService } from '@slipway/plugin-audit-node';
import { randomUUID } from 'node:crypto';
import { requestContext } from '../http/requestContext';
import type { RedactionsService } from '../logging/redactions';
import { toRecord } from './toRecord';

/** What an auditor stands on. */
export interface RecordingAuditorOptions {
  auth: AuthService;
  httpAuth: HttpAuthService;
  plugin: PluginMetadataService;
  redactions: RedactionsService;
  trail: AuditTrailService;
  /** Writes the line into the log that upstream's auditor writes. */
  log(event: AuditorEvent): void;
  /** What is less severe is only in the log. */
  minimumSeverity: AuditSeverity;
  /** Whether a request that cannot be recorded is refused. */
  failClosed: boolean;
}

/**
 * Upstream's auditor, which also writes into the audit trail.
 *
 * @remarks
 *
 * A request is recorded before it is carried out, or refused. Work that nobody waits for, such as a task's, goes on: the
 * request that has asked for it is recorded. What has been done is recorded as soon as that is possible.
 */
export class RecordingAuditor implements AuditorService {
  readonly #options: RecordingAuditorOptions;

  static create(options: RecordingAuditorOptions): RecordingAuditor {
    return new RecordingAuditor(options);
  }

  private constructor(options: RecordingAuditorOptions) {
    this.#options = options;
  }

  async createEvent(
    options: AuditorServiceCreateEventOptions,
  ): Promise<AuditorServiceEvent> {
    const operation = randomUUID();
    const required = this.#options.failClosed && options.request !== undefined;
    const agent = await this.#agentOf(options.request);
    // One for each event, so that its end is known to belong to its beginning.
    return DefaultAuditorService.create(
      event => this.#write(event, { operation, required }),
      this.#options,
    ).createEvent(
      agent ? { ...options, meta: { ...options.meta, agent } } : options,
    );
  }

  /** Who acts for the person that upstream names: a plugin, or a program that signed in for them. */
  async #agentOf(
    request: AuditorServiceCreateEventOptions['request'],
  ): Promise<string | undefined> {
    if (!request) {
      return undefined;
    }
    const { auth, httpAuth } = this.#options;
    const credentials = await httpAuth.credentials(request);
    return auth.isPrincipal(credentials, 'user')
      ? credentials.principal.actor?.subject
      : undefined;
  }

  async #write(
    event: AuditorEvent,
    options: { operation: string; required: boolean },
  ): Promise<void> {
    const { log, trail } = this.#options;
    log(event);
    if (!this.#isRecorded(event)) {
      return;
    }
    const record = (of: AuditorEvent) =>
      toRecord(of, {
        operation: options.operation,
        correlationId: requestContext.getStore()?.requestId,
        redactions: this.#options.redactions,
      });
    const required = options.required && event.status === 'initiated';
    try {
      await trail.append(record(event), { required });
    } catch (reason) {
      const refused: AuditorEvent = {
        ...event,
        status: 'failed',
        error: toError(reason),
      };
      log(refused);
      // It says so when it can be written again; nobody waits for that.
      void trail.append(record(refused), { required: false });
      throw reason;
    }
  }

  #isRecorded({ severityLevel }: AuditorEvent): boolean {
    return (
      auditSeverities.indexOf(severityLevel) >=
      auditSeverities.indexOf(this.#options.minimumSeverity)
    );
  }
}
