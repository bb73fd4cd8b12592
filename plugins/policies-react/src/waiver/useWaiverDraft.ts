import { toFieldProblems } from '@slipway/input';
import {
  waiverRequestSchema,
  type WaiverRequestInput,
} from '@slipway/plugin-policies-common';
import { useRef, useState } from 'react';
import type { AskForWaiverProps, WaiverSubject } from './AskForWaiver';
import {
  endOf,
  isTooLong,
  lengthsUpTo,
  type WaiverLength,
  wordsForDays,
} from './waiverLengths';

/** What one begins with where it is offered. */
const USUAL: WaiverLength = '30';

/** What was filled in so far. */
export interface WaiverDraft {
  /** Whether it covers this thing only, or all of its kind that the group owns. */
  covers: 'this' | 'all';
  onlyField: boolean;
  owner: string;
  reason: string;
  length: WaiverLength;
  /** A day such as 2026-12-31, where the length is `date`. */
  date: string;
}

/**
 * The form's content, and the request that it makes.
 *
 * @param longestDays - how long a waiver may last; undefined while that is not known
 */
export function useWaiverDraft(
  finding: AskForWaiverProps['finding'],
  subject: WaiverSubject,
  groups: string[],
  longestDays: number | undefined,
) {
  const [draft, setDraft] = useState<WaiverDraft>({
    covers: subject.name || subject.entityRef ? 'this' : 'all',
    onlyField: finding.field !== undefined,
    owner: subject.owner?.startsWith('group:') ? subject.owner : '',
    reason: '',
    length: USUAL,
    date: '',
  });
  const lengths = lengthsUpTo(longestDays);
  const current: WaiverDraft = {
    ...draft,
    owner: draft.owner || (groups[0] ?? ''),
    length: lengths.includes(draft.length)
      ? draft.length
      : (lengths.at(-2) ?? 'date'),
  };
  const sent = useRef<{
    chosen: string;
    request: WaiverRequestInput;
    key: string;
  }>();
  return {
    draft: current,
    lengths,
    set: (change: Partial<WaiverDraft>) =>
      setDraft(old => ({ ...old, ...change })),
    /** @param now - milliseconds since 1970 */
    toRequest: (now: number) =>
      toRequest(current, { finding, subject, longestDays, now }),
    /** The same request and key as long as the same is asked for: a lost answer is no second request. */
    toSend(request: WaiverRequestInput) {
      // The end moves with the clock; what the person chose does not.
      const chosen = JSON.stringify([
        { ...request, expiresAt: undefined },
        current.length,
        current.date,
      ]);
      if (sent.current?.chosen !== chosen) {
        sent.current = { chosen, request, key: crypto.randomUUID() };
      }
      return sent.current;
    },
  };
}

function toRequest(
  draft: WaiverDraft,
  about: {
    finding: AskForWaiverProps['finding'];
    subject: WaiverSubject;
    longestDays: number | undefined;
    now: number;
  },
): { request: WaiverRequestInput; problems: Map<string, string> } {
  const { finding, subject, longestDays, now } = about;
  const { kind, name, entityRef, environment } = subject;
  const isItself = entityRef
    ?.toLowerCase()
    .startsWith(`${kind.toLowerCase()}:`);
  // What is only asked for has no entity yet, or that of something else: it is covered by name, for its owner.
  const one = isItself || !name ? { entityRef } : { name, ...owned(subject) };
  const scope =
    draft.covers === 'this'
      ? { kind, ...one }
      : { kind, owner: subject.owner ?? draft.owner };
  const request: WaiverRequestInput = {
    policy: finding.policy,
    ...(draft.onlyField && finding.field && { field: finding.field }),
    scope: { ...scope, ...(environment && { environment }) },
    owner: draft.owner,
    reason: draft.reason,
    expiresAt: endOf(draft, now, longestDays),
  };
  const problems = new Map<string, string>();
  const checked = waiverRequestSchema.safeParse(request);
  for (const { field, message } of checked.success
    ? []
    : toFieldProblems(checked.error)) {
    problems.set(field, message.charAt(0).toUpperCase() + message.slice(1));
  }
  if (problems.has('expiresAt')) {
    problems.set('expiresAt', 'Choose the last day.');
  } else if (isTooLong(request.expiresAt, now, longestDays)) {
    problems.set(
      'expiresAt',
      `Choose an earlier day: a waiver lasts ${wordsForDays(longestDays ?? 0).toLowerCase()} at most.`,
    );
  }
  return { request, problems };
}

function owned({ owner }: WaiverSubject): { owner?: string } {
  return owner?.startsWith('group:') ? { owner } : {};
}
