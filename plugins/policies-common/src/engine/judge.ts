import {
  celMap,
  isCelError,
  type CelInput,
  type CelResult,
} from '@bufbuild/cel';
import type { PolicyMode } from '../document/policyDocument';
import type { Frame, Runnable } from '../cel/compileExpression';
import { countSteps, TooManySteps } from '../cel/meter';
import type { CompiledPolicy } from './compilePolicy';
import type { RequestFacts } from './facts';
import { KIND_COST_MAX, POLICY_COST_MAX } from './limits';
import { LazyVariables, type Witness } from './LazyVariables';

/**
 * What a policy has against a request.
 * @public
 */
export interface PolicyFinding {
  policy: string;
  title: string;
  /** The version of the policy that found it. */
  digest: string;
  mode: PolicyMode;
  /** The index in `spec.validations`; absent when the policy failed before. */
  validation?: number;
  /** The field at fault, e.g. `backup.retentionDays`. */
  field?: string;
  /** What is wrong. */
  message: string;
  /** Why there is the rule. */
  reason: string;
  /** What to do. */
  comply: string;
  /** Whether the policy could not be evaluated: a policy that denies then refuses. */
  failed: boolean;
}

const EMPTY = celMap(new Map<string, CelInput>());
const MESSAGE_LENGTH_MAX = 1_000;

/** How one policy came to what it says about one request. */
export interface Judgement {
  /** Why the policy does not apply; undefined when it does. */
  skipped?: string;
  findings: PolicyFinding[];
  /** What it took. */
  steps: number;
}

/**
 * Judges a request by one policy. What cannot be evaluated counts as a violation in the policy's own mode, so that a
 * policy that denies fails closed, and so does what takes too many steps. To be called within `inCelContext`.
 *
 * @param most - the steps that are left for this and all other policies that are asked about the request
 */
export function judge(
  policy: CompiledPolicy,
  facts: RequestFacts,
  most: number = KIND_COST_MAX,
  witness?: Witness,
): Judgement {
  const skipped = mismatchOf(policy, facts);
  if (skipped) {
    return { skipped, findings: [], steps: 0 };
  }
  const { steps, result } = countSteps(Math.min(most, POLICY_COST_MAX), () =>
    ask(policy, facts, witness),
  );
  if (!(result instanceof TooManySteps)) {
    return { ...result, steps };
  }
  const why =
    most < POLICY_COST_MAX
      ? `all policies together take more than ${say(KIND_COST_MAX)} steps for this request`
      : `it takes more than ${say(POLICY_COST_MAX)} steps for this request`;
  return { findings: [failure(policy, why)], steps };
}

function ask(
  policy: CompiledPolicy,
  facts: RequestFacts,
  witness?: Witness,
): Omit<Judgement, 'steps'> {
  const { object, oldObject, request } = facts.variables;
  const frame: Frame = [object, oldObject, request, policy.run.params, EMPTY];
  if (policy.run.variables.size > 0) {
    frame[4] = celMap(new LazyVariables(policy.run.variables, frame, witness));
  }
  for (const { name, run } of policy.run.matchConditions) {
    const outcome = run(frame);
    witness?.('matchCondition', name, outcome);
    if (outcome === false) {
      return { skipped: `its condition ${name} is false`, findings: [] };
    }
    if (outcome !== true) {
      return {
        findings: [
          failure(
            policy,
            `its condition ${name} failed, ${explainOutcome(outcome)}`,
          ),
        ],
      };
    }
  }
  const findings: PolicyFinding[] = [];
  policy.run.validations.forEach(({ run, message }, i) => {
    const outcome = run(frame);
    witness?.('validation', String(i), outcome);
    if (outcome === true) {
      return;
    }
    findings.push(
      outcome === false
        ? finding(policy, i, { message: sayMessage(message, frame) })
        : finding(policy, i, {
            message: `The policy "${policy.title}" could not be evaluated: ${explainOutcome(outcome)}.`,
            failed: true,
          }),
    );
  });
  return { findings };
}

/** Why a policy is not about a request; undefined when it is. */
function mismatchOf(
  policy: CompiledPolicy,
  facts: RequestFacts,
): string | undefined {
  const { kinds, operations, environments, owners, labels } =
    policy.document.spec.match;
  if (!kinds.includes('*') && !kinds.includes(facts.kind)) {
    return `it is about ${kinds.join(', ')}`;
  }
  if (!operations.includes(facts.operation)) {
    return `it is about ${operations.join(', ')} only`;
  }
  if (environments && !environments.includes(facts.environment ?? '')) {
    return `it is about the environments ${environments.join(', ')}`;
  }
  if (owners && !owners.includes(facts.owner ?? '')) {
    return `it is about what belongs to ${owners.join(', ')}`;
  }
  if (!labels) {
    return undefined;
  }
  for (const [name, wanted] of Object.entries(labels)) {
    const has = Object.hasOwn(facts.labels, name)
      ? facts.labels[name]
      : undefined;
    if (typeof has !== 'string' || ![wanted].flat().includes(has)) {
      return `it is about what has the label ${name} with ${[wanted].flat().join(' or ')}`;
    }
  }
  return undefined;
}

/** The finding of a policy that could not be asked at all. */
export function failure(policy: CompiledPolicy, why: string): PolicyFinding {
  return finding(policy, 0, {
    validation: undefined,
    field: undefined,
    message: `The policy "${policy.title}" could not be evaluated: ${why}.`,
    failed: true,
  });
}

function finding(
  policy: CompiledPolicy,
  index: number,
  what: Partial<PolicyFinding>,
): PolicyFinding {
  const { spec } = policy.document;
  const validation = spec.validations[index];
  return {
    policy: policy.name,
    title: policy.title,
    digest: policy.digest,
    mode: policy.mode,
    validation: index,
    field: validation.field,
    reason: validation.reason ?? spec.reason ?? '',
    comply: what.failed
      ? `Look for what is missing or too big in the request. If it is right, tell ${spec.owner}.`
      : (validation.comply ?? spec.comply ?? ''),
    failed: false,
    ...what,
    message: what.message ?? validation.message,
  };
}

/** As in Kubernetes: a message that cannot be made, is empty or has line breaks gives way to the fixed one. */
function sayMessage(
  run: Runnable | undefined,
  frame: Frame,
): string | undefined {
  const outcome = run?.(frame);
  return typeof outcome === 'string' &&
    outcome.trim() !== '' &&
    outcome.length <= MESSAGE_LENGTH_MAX &&
    !/\p{Cc}/u.test(outcome)
    ? outcome
    : undefined;
}

function say(steps: number): string {
  return steps.toLocaleString('en-US');
}

/** Why an expression that should be true or false is neither. */
export function explainOutcome(outcome: CelResult): string {
  if (!isCelError(outcome)) {
    return 'it is neither true nor false';
  }
  const field = /^field not found: (.+)$/.exec(outcome.message);
  const sentence = field
    ? `the request has no "${field[1]}"`
    : outcome.message.replace(/\.$/, '');
  return sentence.slice(0, 500);
}
