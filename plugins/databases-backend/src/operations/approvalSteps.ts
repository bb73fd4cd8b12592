import { ResponseError } from '@backstage/errors';
import {
  defineOperation,
  listActors,
  RetryableError,
  TerminalError,
  type OperationStep,
} from '@slipway/operations';
import type { ApprovalRule } from '@slipway/plugin-approvals-common';
import { digestOf } from '@slipway/plugin-approvals-node';
import { PolicyRefusedError } from '@slipway/plugin-policies-node';
import { databasePagePath } from '@slipway/plugin-databases-common';
import { markDeleted } from '../database/markDeleted';
import { getDatabase } from '../database/readDatabases';
import type { DatabaseRecord } from '../database/rows';
import { formatTime } from '../services/formatTime';
import { orderRequest } from '../services/policyRequests';
import { CHECK_APPROVAL_STEP } from './stepIds';
import { load, PATIENT, type OperationInput, type StepDeps } from './target';

/** The operation that asks those who decide. */
export const ASK_APPROVAL = 'ask-approval';

/** The operation that takes an order back while it waits for approval. */
export const CALL_OFF = 'call-off';

/** Refusals that pass by themselves: too slow, too early, too many. */
const PASSING = [408, 425, 429];

/** What approvals know a database by. */
export function approvalSubject(databaseId: string) {
  return { kind: 'database-order', id: databaseId };
}

/** The digest of what is approved: what will be made, where, for whom and for how much. */
export function digestOfOrder(record: DatabaseRecord): string {
  const { id, name, environment, engine, owner, provider_id, spec } = record;
  return digestOf({
    id,
    name,
    environment,
    engine,
    owner,
    provider: provider_id,
    version: spec.version,
    size: spec.size,
    limits: spec.limits,
    price: spec.pricePerMonth,
    restoreFrom: spec.restoredFrom?.backupId,
    expiresAt: spec.expiresAt,
  });
}

/** Asks those who decide. Nothing is made meanwhile; see `ApprovalsWatch` for what comes then. */
export function askApproval(deps: StepDeps) {
  return defineOperation<OperationInput>({
    type: ASK_APPROVAL,
    title: 'Ask for approval',
    // Asked anew while it waits when it was handed on, see `HandOnService`.
    from: ['requested', 'failed', 'awaiting-approval'],
    succeeds: 'awaiting-approval',
    fails: 'failed',
    // Only an order of which nothing was made is called off like this, see `ChangesService`.
    cancel: {
      ends: 'deleted',
      // Otherwise what was asked before would stay open.
      atOnceFrom: ['requested', 'failed'],
      undo: [withdrawQuestion(deps)],
    },
    steps: [
      {
        id: 'ask',
        title: 'Ask those who decide',
        enters: 'awaiting-approval',
        retry: PATIENT,
        async run(context) {
          const { record, provider } = await load(deps, context);
          const digest = digestOfOrder(record);
          const authors = (await listActors(deps.knex, record.id)).filter(
            isUser,
          );
          const others = authors.filter(each => each !== record.created_by);
          const ask = () =>
            deps.approvals.request(
              {
                subject: approvalSubject(record.id),
                digest,
                title: `Order ${record.name} for ${record.environment}`,
                link: databasePagePath(record.name, record.environment),
                facts: [
                  ...factsOf(record, provider.title),
                  ...(context.input.beyondQuota
                    ? [
                        {
                          label: 'Beyond the quota',
                          value: context.input.beyondQuota,
                        },
                      ]
                    : []),
                  ...(context.actor === record.created_by
                    ? []
                    : [{ label: 'Asked anew by', value: context.actor }]),
                ],
                rule: context.input.approvalRule ?? [],
                requester: record.created_by,
                // Whoever tried again or handed it on has decided what is asked: they do not decide about it.
                authors,
                reason: record.spec.description,
                environment: record.environment,
                owner: record.owner,
              },
              { idempotencyKey: context.idempotencyKey },
            );
          const approval = await answered(ask, wayOutFor(others));
          await context.transact(trx =>
            trx('databases')
              .where({ id: record.id })
              .update({ approval_id: approval.id, approval_digest: digest }),
          );
        },
      },
    ],
    async settled(trx, { resource, outcome }) {
      if (outcome === 'cancelled') {
        await markDeleted(trx, resource.id);
      }
    },
  });
}

/**
 * Ends an order that waits for approval and of which nothing was made. Its name is free from the
 * moment at which this is accepted, so that there is no way back.
 */
export function callOffOrder(deps: StepDeps) {
  return defineOperation<OperationInput>({
    type: CALL_OFF,
    title: 'Cancel the order',
    from: ['awaiting-approval'],
    succeeds: 'deleted',
    fails: 'deleted',
    cancel: { atOnceFrom: [] },
    steps: [withdrawQuestion(deps)],
    async settled(trx, { resource }) {
      await markDeleted(trx, resource.id);
    },
  });
}

/** Ends an order that was not approved. */
export function decline() {
  return defineOperation<OperationInput>({
    type: 'decline',
    title: 'Get approval',
    from: ['awaiting-approval'],
    succeeds: 'failed',
    fails: 'failed',
    // It would be declined again.
    cancel: { atOnceFrom: [] },
    steps: [
      {
        id: 'decline',
        title: 'Look at the decision',
        async run({ input }) {
          throw new TerminalError(input.declined ?? 'It was not approved.');
        },
      },
    ],
  });
}

/** Withdraws the question, for an order that nobody wants any more. */
export function withdrawQuestion(
  deps: StepDeps,
): OperationStep<OperationInput> {
  return {
    id: 'withdraw-question',
    title: 'Withdraw the question',
    // Nobody waits for it, and a question about nothing must not stay open.
    retry: { ...PATIENT, maxAttempts: Number.MAX_SAFE_INTEGER },
    async run(context) {
      const record = await getDatabase(deps.knex, context.resource.id);
      // Asking may have died between the question and the row that says what was asked.
      const digests = new Set([digestOfOrder(record)]);
      if (record.approval_digest) digests.add(record.approval_digest);
      for (const digest of digests) {
        await answered(() =>
          deps.approvals.withdraw(approvalSubject(record.id), digest, {
            reason: 'The order was cancelled.',
            // Who cancels their own order knows.
            ...(context.actor.startsWith('user:') && { actor: context.actor }),
          }),
        );
      }
    },
  };
}

/** Before anything is made: asks whether what was approved is what will be made. */
export function checkApproval(deps: StepDeps): OperationStep<OperationInput> {
  return {
    id: CHECK_APPROVAL_STEP,
    title: 'Check the approval',
    enters: 'provisioning',
    retry: PATIENT,
    async run(context) {
      const { record } = await load(deps, context);
      const isApproved = await answered(() =>
        deps.approvals.isApproved(
          approvalSubject(record.id),
          digestOfOrder(record),
        ),
      );
      if (!isApproved) {
        throw new TerminalError(
          'The approval does not hold any more. Try again to ask anew.',
        );
      }
      // Policies and waivers may have changed while people decided.
      await allowed(deps, record);
    },
  };
}

/** Which approval an order needs, as operations keep it. */
export function toApprovalInput(rule: ApprovalRule | undefined) {
  return rule && { approvalRule: rule };
}

function isUser(ref: string): boolean {
  return ref.startsWith('user:');
}

function factsOf(record: DatabaseRecord, provider: string) {
  const { engine, owner, spec } = record;
  const { version, size, limits, pricePerMonth: price } = spec;
  return [
    { label: 'Engine', value: [engine, version].filter(Boolean).join(' ') },
    { label: 'Size', value: `${size}, ${limits.storageGiB} GiB` },
    ...(price
      ? [
          {
            label: 'Price',
            value: `${price.amount} ${price.currency} a month`,
          },
        ]
      : []),
    { label: 'Provider', value: provider },
    ...(spec.expiresAt
      ? [{ label: 'Until', value: formatTime(new Date(spec.expiresAt)) }]
      : []),
    ...(spec.restoredFrom
      ? [
          {
            label: 'Begins with',
            value: `A backup of ${spec.restoredFrom.name} (${spec.restoredFrom.environment}) of ${formatTime(new Date(spec.restoredFrom.takenAt))}`,
          },
        ]
      : []),
    { label: 'Owner', value: owner },
  ];
}

/**
 * Asks the policies about whoever ordered, with the groups of now. What they refuse is an end; while they, or the catalog, cannot
 * be asked nothing is made.
 */
async function allowed(deps: StepDeps, record: DatabaseRecord): Promise<void> {
  const { created_by: ref } = record;
  const groups = await deps.groupsOf(ref).catch(error => {
    throw new RetryableError('The catalog does not answer.', { cause: error });
  });
  if (!groups) {
    // Without groups a rule about a group could not be judged.
    throw new TerminalError(
      `${ref} ordered it and is not in the catalog any more, so that policies cannot be asked. Somebody of ${record.owner} has to order it anew.`,
    );
  }
  try {
    await deps.policies.enforce({
      ...orderRequest({ ...record, protection: deps.protectionOf(record) }),
      user: { ref, groups },
      source: 'operation',
    });
  } catch (error) {
    if (error instanceof PolicyRefusedError) {
      throw new TerminalError(error.message);
    }
    throw new RetryableError('Policies do not answer.', { cause: error });
  }
}

/** Where nobody may be left to decide: what an order anew has lost is those who asked anew. */
function wayOutFor(others: string[]): string {
  return others.length === 0
    ? ''
    : ` ${others.toSorted().join(' and ')} tried this order again or handed it on, and so do not decide about it. Delete it and have it ordered anew: then only whoever orders does not decide.`;
}

/**
 * Asks approvals. What they refuse is an end, what they do not answer is asked again.
 *
 * @param wayOut - what else is said where they refuse
 */
export async function answered<T>(
  ask: () => Promise<T>,
  wayOut = '',
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (
      error instanceof ResponseError &&
      error.statusCode < 500 &&
      !PASSING.includes(error.statusCode)
    ) {
      throw new TerminalError(
        `Approval could not be asked for: ${error.cause.message}${wayOut}`,
      );
    }
    throw new RetryableError('Approvals do not answer.', { cause: error });
  }
}
