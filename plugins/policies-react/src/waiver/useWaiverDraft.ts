import { toFieldProblems } from '@slipway/input';
import {
  waiverRequestSchema,
  type WaiverRequestInput,
} from '@slipway/plugin-policies-common';
import { useRef, useState } from 'react';
import type { AskForWaiverProps, WaiverSubject } from './AskForWaiver';

const DAY_MS = 86_400_000;

/** How long a waiver may be asked for, in days; `date` is until the end of a day of one's own choice. */
export const waiverLengths = ['1', '7', '30', '90', 'date'] as const;

/** What was filled in so far. */
export interface WaiverDraft {
  /** Whether it covers this thing only, or all of its kind that the group owns. */
  covers: 'this' | 'all';
  onlyField: boolean;
  owner: string;
  reason: string;
  length: (typeof waiverLengths)[number];
  /** A day such as 2026-12-31, where the length is `date`. */
  date: string;
}

/** The form's content, and the request that it makes. */
export function useWaiverDraft(
  finding: AskForWaiverProps['finding'],
  subject: WaiverSubject,
  groups: string[],
) {
  const [draft, setDraft] = useState<WaiverDraft>({
    covers: subject.name || subject.entityRef ? 'this' : 'all',
    onlyField: finding.field !== undefined,
    owner: subject.owner?.startsWith('group:') ? subject.owner : '',
    reason: '',
    length: '30',
    date: '',
  });
  const owner = draft.owner || (groups[0] ?? '');
  const sent = useRef<{ body: string; key: string }>();
  return {
    draft: { ...draft, owner },
    set: (change: Partial<WaiverDraft>) =>
      setDraft(old => ({ ...old, ...change })),
    /** @param now - milliseconds since 1970 */
    toRequest: (now: number) =>
      toRequest({ ...draft, owner }, finding, subject, now),
    /** The same key as long as the same is asked for: a lost answer is no second request. */
    keyFor(request: WaiverRequestInput): string {
      // The end moves with the clock; what the person chose does not.
      const body = JSON.stringify([
        { ...request, expiresAt: undefined },
        draft.length,
        draft.date,
      ]);
      if (sent.current?.body !== body) {
        sent.current = { body, key: crypto.randomUUID() };
      }
      return sent.current.key;
    },
  };
}

function toRequest(
  draft: WaiverDraft,
  finding: AskForWaiverProps['finding'],
  subject: WaiverSubject,
  now: number,
): { request: WaiverRequestInput; problems: Map<string, string> } {
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
    expiresAt: endOf(draft, now),
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
  }
  return { request, problems };
}

function owned({ owner }: WaiverSubject): { owner?: string } {
  return owner?.startsWith('group:') ? { owner } : {};
}

/** The end of the chosen day, where the person is. */
function endOf({ length, date }: WaiverDraft, now: number): string {
  if (length !== 'date') {
    return new Date(now + Number(length) * DAY_MS).toISOString();
  }
  const end = new Date(`${date}T00:00:00`);
  end.setDate(end.getDate() + 1);
  return Number.isNaN(end.getTime()) ? '' : end.toISOString();
}
