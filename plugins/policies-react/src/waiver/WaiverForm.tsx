import {
  Checkbox,
  DatePicker,
  Radio,
  RadioGroup,
  Select,
  TextAreaField,
} from '@backstage/ui';
import { parseDate } from '@internationalized/date';
import { EntityName, useEntityTitle, layout as styles } from '@slipway/ui';
import type { ReactNode } from 'react';
import { wordForKind } from '../shared/words';
import type { AskForWaiverProps, WaiverSubject } from './AskForWaiver';
import { type WaiverDraft, waiverLengths } from './useWaiverDraft';

const LENGTHS: Record<WaiverDraft['length'], string> = {
  '1': 'One day',
  '7': 'One week',
  '30': '30 days',
  '90': '90 days',
  date: 'Until a day that you choose',
};

/** What a waiver covers, for how long, and why. */
export function WaiverForm(props: {
  finding: AskForWaiverProps['finding'];
  subject: WaiverSubject;
  groups: string[];
  draft: WaiverDraft;
  set: (change: Partial<WaiverDraft>) => void;
  /** By field of the request. */
  problems: Map<string, string>;
}) {
  const { finding, subject, groups, draft, set, problems } = props;
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
              label: group.replace(/^group:(default\/)?/, ''),
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
          description="It ends by itself, and you are told before."
          options={waiverLengths.map(value => ({
            value,
            label: LENGTHS[value],
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
            onChange={day => set({ date: day?.toString().slice(0, 10) ?? '' })}
          />
        )}
      </Field>
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
