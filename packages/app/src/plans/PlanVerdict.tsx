import { Button } from '@backstage/ui';
import {
  templateTaskRequest,
  type PolicyRequest,
} from '@slipway/plugin-policies-common';
import {
  findingsIn,
  PolicyFindings,
  usePolicyVerdict,
  VerdictPanel,
  type WaiverSubject,
  whileTyping,
} from '@slipway/plugin-policies-react';
import { ErrorState } from '@slipway/ui';
import { useEffect, useSyncExternalStore } from 'react';
import styles from './PlanVerdict.module.css';
import { type Plan, plans } from './PlanStore';

/** What the policies say of the plan on the page; and why it was not started, when it was tried. */
export function PlanVerdict({ onBack }: { onBack: () => void }) {
  const plan = useSyncExternalStore(plans.subscribe, plans.get);
  useEffect(() => () => plans.clear(), []);
  const verdict = usePolicyVerdict(
    plan && !plan.refusal ? toRequest(plan) : undefined,
  );
  if (!plan) {
    return null;
  }
  const subject = subjectOf(plan);
  if (plan.refusal) {
    const body = bodyOf(plan.refusal);
    const findings = findingsIn(body);
    return (
      <div className={styles.verdict}>
        <ErrorState
          title="Nothing was started, and nothing was made"
          error={
            findings
              ? new Error(
                  'Policies do not allow it. Below is which, why, and how to go on.',
                )
              : (reasonIn(body) ?? plan.refusal)
          }
          action={
            <Button size="small" variant="secondary" onPress={onBack}>
              Back to my answers
            </Button>
          }
        />
        {findings && <PolicyFindings findings={findings} subject={subject} />}
      </div>
    );
  }
  const answer = plan.isTyping
    ? whileTyping(verdict.answer, field => isFilled(plan, field))
    : verdict.answer;
  // While somebody types, what is as it should be is not worth a word.
  const isWorthAWord =
    !plan.isTyping ||
    verdict.error ||
    Boolean(answer?.findings.length || answer?.notes?.length);
  return isWorthAWord ? (
    <div className={styles.verdict}>
      <VerdictPanel
        verdict={{ ...verdict, answer }}
        subject={subject}
        isComplete={!plan.isTyping}
      />
    </div>
  ) : null;
}

function toRequest(plan: Plan): PolicyRequest {
  return { ...templateTaskRequest(plan), source: 'form' };
}

function subjectOf(plan: Plan): WaiverSubject {
  const { kind, name, entityRef } = templateTaskRequest(plan);
  return {
    kind,
    name,
    entityRef,
    owner: textOf(plan, 'owner'),
    environment: textOf(plan, 'environment'),
  };
}

function textOf({ parameters }: Plan, name: string): string | undefined {
  const value = parameters[name];
  return typeof value === 'string' && value ? value : undefined;
}

/** Whether a field such as `parameters.owner` was answered. */
function isFilled({ parameters }: Plan, field: string): boolean {
  const [root, name] = field.split('.');
  return root !== 'parameters' || !name || Boolean(parameters[name]);
}

/** Why, in the words of whoever refused. */
function reasonIn(body: unknown): Error | undefined {
  const { message } = (body as { error?: { message?: unknown } })?.error ?? {};
  return typeof message === 'string' && message
    ? new Error(message)
    : undefined;
}

/** Upstream's client puts the body of a refusal into the message. */
function bodyOf(error: unknown): unknown {
  const { message = '' } = (error ?? {}) as { message?: string };
  try {
    return JSON.parse(message.slice(message.indexOf('{')));
  } catch {
    return undefined;
  }
}
