import {
  type PolicyWaiver,
  scopeWords,
  waiverPath,
} from '@slipway/plugin-policies-common';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { ConflictError, ResponseError, toError } from '@backstage/errors';
import type { DurableResources } from '@slipway/operations';
import type { Approval } from '@slipway/plugin-approvals-common';
import type { ApprovalsService } from '@slipway/plugin-approvals-node';
import type { Knex } from 'knex';
import type { PoliciesConfig } from '../config';
import {
  getWaiver,
  listOverdue,
  listWaiting,
  lockWaiver,
  moveWaiver,
  type WaiverRecord,
} from '../database/waivers';

/** How many are looked at in one go; the next look comes back for the others. */
const BATCH = 100;
/** Refusals that pass by themselves: too slow, too early, too many. */
const PASSING = [408, 425, 429];
const HOUR_MS = 3_600_000;

interface WatchDeps {
  approvals: ApprovalsService;
  config: PoliciesConfig;
  knex: Knex;
  logger: LoggerService;
  resources: DurableResources;
}

/** What approvals know a waiver by. */
export function waiverSubject(id: string) {
  return { kind: 'policy-waiver', id };
}

/**
 * Goes on with waivers: asks those who decide, takes over what they decided, and marks those whose time is over. Looks
 * how it stands rather than at what happened, so that a lost hint or a crash only costs time.
 */
export class WaiversWatch {
  readonly #deps: WatchDeps;

  static create(deps: WatchDeps): WaiversWatch {
    return new WaiversWatch(deps);
  }

  private constructor(deps: WatchDeps) {
    this.#deps = deps;
  }

  /** Looks at what waits: all of it, or one waiver, or what waits for one approval. Does not throw for one of them. */
  async look(only: { id?: string; approvalId?: string } = {}): Promise<void> {
    const { knex, logger } = this.#deps;
    const waiting = only.id
      ? [await getWaiver(knex, only.id)].filter(w => w.state === 'requested')
      : await listWaiting(knex, { approvalId: only.approvalId, limit: BATCH });
    for (const record of waiting) {
      await this.#settle(record).catch(error =>
        logger.warn(
          `The decision on waiver ${record.id} will be looked at later`,
          toError(error),
        ),
      );
    }
  }

  /** Marks what has ended by itself: it covers nothing since, whether this comes or not. */
  async expire(): Promise<void> {
    const { knex, logger, approvals } = this.#deps;
    for (const record of await listOverdue(knex, BATCH)) {
      try {
        if (record.state === 'requested' && record.approval_id) {
          await approvals.withdraw(
            waiverSubject(record.id),
            record.approval_digest,
            { reason: 'The waiver would have ended by now.' },
          );
        }
        await this.#move(record.id, ['requested', 'granted'], {
          to: 'expired',
          reason: 'Its time was over.',
        });
      } catch (error) {
        logger.warn(
          `Waiver ${record.id} will be marked as ended later`,
          toError(error),
        );
      }
    }
  }

  /**
   * Takes a request back. The question is withdrawn first: if this dies in between, a look finds that it was.
   */
  async withdraw(
    record: WaiverRecord,
    by: { actor: string; reason?: string },
  ): Promise<void> {
    const { approvals } = this.#deps;
    // Also one that was not asked yet, so that nobody asks it afterwards.
    if (!record.approval_id && !(await this.#ask(record))) return;
    const approval = await approvals.withdraw(
      waiverSubject(record.id),
      record.approval_digest,
      { reason: by.reason },
    );
    if (approval?.state === 'withdrawn') {
      await this.#move(record.id, ['requested'], { to: 'withdrawn', ...by });
    } else {
      await this.#settle(record);
    }
  }

  async #settle(record: WaiverRecord): Promise<void> {
    const { approvals } = this.#deps;
    const approval = record.approval_id
      ? await approvals.get(waiverSubject(record.id), record.approval_digest)
      : await this.#ask(record);
    if (!approval) return;
    switch (approval.state) {
      case 'pending':
        return;
      case 'approved':
        await this.#move(record.id, ['requested'], {
          to: 'granted',
          actor: approval.votes.find(({ answer }) => answer === 'approve')
            ?.castBy,
        });
        return;
      case 'withdrawn':
        await this.#move(record.id, ['requested'], {
          to: 'withdrawn',
          reason: approval.endReason,
        });
        return;
      default:
        await this.#move(record.id, ['requested'], {
          to: 'rejected',
          reason: whyNot(approval),
        });
    }
  }

  /** Asks those who decide; undefined when it ended without. */
  async #ask(record: WaiverRecord): Promise<Approval | undefined> {
    const { approvals, config, knex } = this.#deps;
    try {
      const approval = await approvals.request(
        {
          subject: waiverSubject(record.id),
          digest: record.approval_digest,
          title:
            `Waive "${record.policy_title}" for ${scopeWords({ scope: scopeOf(record) })}`.slice(
              0,
              200,
            ),
          link: waiverPath(record.id),
          facts: factsOf(record),
          rule: [{ groups: [config.approvers], required: 1 }],
          requester: record.requester,
          reason: record.reason,
          environment: record.scope_environment ?? undefined,
          owner: record.owner,
          expiresAfterHours: Math.min(
            168,
            Math.max(
              0.02,
              (record.expires_at.getTime() - Date.now()) / HOUR_MS,
            ),
          ),
        },
        { idempotencyKey: record.id },
      );
      await knex('policy_waivers')
        .where({ id: record.id })
        .whereNull('ended_at')
        .update({ approval_id: approval.id });
      return approval;
    } catch (error) {
      if (error instanceof ResponseError && isRefusal(error)) {
        await this.#move(record.id, ['requested'], {
          to: 'rejected',
          reason: `Nobody could be asked: ${error.cause.message}`,
        });
        return undefined;
      }
      throw error;
    }
  }

  async #move(
    id: string,
    from: WaiverRecord['state'][],
    move: Omit<Parameters<typeof moveWaiver>[2], 'id'>,
  ): Promise<void> {
    const { knex, resources } = this.#deps;
    await knex
      .transaction(async trx => {
        const { state } = await lockWaiver(trx, id);
        if (from.includes(state)) {
          await moveWaiver(resources, trx, { id, ...move });
        }
      })
      .catch(error => {
        // Another replica was faster.
        if (!(error instanceof ConflictError)) throw error;
      });
  }
}

function isRefusal({ statusCode }: ResponseError): boolean {
  return statusCode < 500 && !PASSING.includes(statusCode);
}

function whyNot({ state, endReason, votes }: Approval): string {
  const reason =
    endReason ?? votes.find(({ answer }) => answer === 'reject')?.reason;
  return `The request was ${state}${reason ? `: ${reason}` : '.'}`;
}

function scopeOf(record: WaiverRecord): PolicyWaiver['scope'] {
  return {
    kind: record.scope_kind,
    name: record.scope_name ?? undefined,
    owner: record.scope_owner ?? undefined,
    entityRef: record.scope_entity_ref ?? undefined,
    environment: record.scope_environment ?? undefined,
  };
}

/** In words; refs and times as they are, so that a page can show names and how long it is. */
function factsOf(record: WaiverRecord) {
  const facts = [
    ['Policy', record.policy_title],
    ['Field', record.field ?? 'All of them'],
    ['Covers', scopeWords({ scope: scopeOf(record) })],
    ['In the catalog', record.scope_entity_ref],
    ['Answers for it', record.owner],
    ['Ends', record.expires_at.toISOString()],
  ] as const;
  return facts.flatMap(([label, value]) => (value ? [{ label, value }] : []));
}
