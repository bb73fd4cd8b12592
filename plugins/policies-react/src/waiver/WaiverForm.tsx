import {
  Checkbox,
  DatePicker,
  Radio,
  RadioGroup,
  Select,
  TextAreaField,
} from '@backstage/ui';
import { getLocalTimeZone, parseDate, today } from '@internationalized/date';
import {
  type PoliciesState,
  wordForKind,
} from '@slipway/plugin-policies-common';
import {
  EntityName,
  useEntityTitle,
  useEntityTitles,
  layout as styles,
} from '@slipway/ui';
import type { ReactNode } from 'react';
import type { AskForWaiverProps, WaiverSubject } from './AskForWaiver';
import type { WaiverDraft } from './useWaiverDraft';
import { type WaiverLength, wordsForDays } from './waiverLengths';

/** What a waiver covers, for how long, and why. */
export function WaiverForm(props: {
  finding: AskForWaiverProps['finding'];
  subject: WaiverSubject;
  groups: string[];
  /** What is configured; undefined when it is not known. */
  terms: PoliciesState['waivers'];
  lengths: WaiverLength[];
  draft: WaiverDraft;
  set: (change: Partial<WaiverDraft>) => void;
  /** By field of the request. */
  problems: Map<string, string>;
}) {
  const { finding, subject, groups, terms, lengths } = props;
  const { draft, set, problems } = props;
  const titleOf = useEntityTitles(groups);
  const isTheirs = subject.owner !== undefined && subject.owner !== '';
  return (
    <>
      <Field problem={problems.get('scope')}>
        <RadioGroup
          label="What it covers"
          value={draft.covers}
          onChange={covers => set({ covers: covers as WaiverDraft['covers'] })}
        >
          <Radio value="this" isDisabled={!subject.name && !subject.entityRef}>
            {`Only ${subject.name || subject.entityRef || 'this'}`}
          </Radio>
          <Radio value="all">
            <AllOf kind={subject.kind} owner={subject.owner || draft.owner} />
          </Radio>
        </RadioGroup>
      </Field>
      {finding.field && (
        <Checkbox
          isSelected={draft.onlyField}
          onChange={onlyField => set({ onlyField })}
        >
          {`Only what this rule says of the field ${finding.field}`}
        </Checkbox>
      )}
      {!isTheirs && groups.length > 1 && (
        <Field problem={problems.get('owner')}>
          <Select
            label="Which of your groups answers for it"
            options={groups.map(group => ({
              value: group,
              label: titleOf(group),
            }))}
            value={draft.owner || null}
            onChange={owner => set({ owner: String(owner ?? '') })}
          />
        </Field>
      )}
      {(isTheirs || groups.length === 1) && draft.owner && (
        <p className={styles.note}>
          <EntityName entityRef={draft.owner} /> answers for it.
        </p>
      )}
      <Field problem={problems.get('reason')}>
        <TextAreaField
          label="Why the rule cannot be kept, and what you do instead"
          maxLength={2000}
          isRequired
          isInvalid={problems.has('reason')}
          value={draft.reason}
          onChange={reason => set({ reason })}
        />
      </Field>
      <Field problem={problems.get('expiresAt')}>
        <Select
          label="For how long"
          description={`${terms ? `${wordsForDays(terms.longestDays)} at most. ` : ''}It ends by itself, and your group is told when it has.`}
          options={lengths.map(value => ({
            value,
            label:
              value === 'date'
                ? 'Until a day that you choose'
                : wordsForDays(Number(value)),
          }))}
          value={draft.length}
          onChange={length =>
            set({ length: String(length) as WaiverDraft['length'] })
          }
        />
        {draft.length === 'date' && (
          <DatePicker
            label="Last day"
            value={toDay(draft.date)}
            minValue={today(getLocalTimeZone())}
            onChange={day => set({ date: day?.toString().slice(0, 10) ?? '' })}
          />
        )}
      </Field>
      {terms && (
        <p className={styles.note}>
          <EntityName entityRef={terms.approvers} /> decides about it. Whoever
          asks never does.
        </p>
      )}
    </>
  );
}

function AllOf(props: { kind: string; owner: string }) {
  return props.owner ? (
    <AllOfGroup {...props} />
  ) : (
    <>{`Each ${wordForKind(props.kind)} of the group`}</>
  );
}

function AllOfGroup({ kind, owner }: { kind: string; owner: string }) {
  const title = useEntityTitle(owner);
  return <>{`Each ${wordForKind(kind)} of ${title}, the later ones too`}</>;
}

function Field(props: { problem: string | undefined; children: ReactNode }) {
  return (
    <div className={styles.tight}>
      {props.children}
      {props.problem && (
        <p role="alert" className={styles.problem}>
          {props.problem}
        </p>
      )}
    </div>
  );
}

function toDay(date: string) {
  return date ? parseDate(date) : null;
}
