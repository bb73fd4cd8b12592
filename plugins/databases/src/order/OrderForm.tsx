import {
  Radio,
  RadioGroup,
  Select,
  TextAreaField,
  TextField,
} from '@backstage/ui';
import {
  DATABASE_NAME_MAX_LENGTH,
  databaseEngineTitles,
  type DatabaseOptions,
} from '@slipway/plugin-databases-common';
import type { JudgedFinding } from '@slipway/plugin-policies-common';
import { FieldFindings } from '@slipway/plugin-policies-react';
import { layout as styles } from '@slipway/ui';
import { priceAMonth } from '../shared/words';
import type { OrderDraft } from './useOrderDraft';
import type { Owner } from './useOwners';

/** The questions, of which that for the engine is left out where there is only one. What is wrong is said at its field once it was left or sent. */
export function OrderForm(props: {
  draft: OrderDraft;
  set: (change: Partial<OrderDraft>) => void;
  options: DatabaseOptions;
  /** The one that would be ordered as it stands; empty while nothing decides it. */
  engine: string;
  owners: Owner[];
  problems: Map<string, string>;
  /** What policies have against it. */
  findings: readonly JudgedFinding[] | undefined;
  /** Whether fields that are empty are to be complained about. */
  isSent: boolean;
}) {
  const { draft, set, options, owners, problems, findings, isSent } = props;
  const problemOf = (field: keyof OrderDraft) =>
    isSent || draft[field] !== '' ? problems.get(field) : undefined;
  const served = options.environments.filter(({ name }) =>
    options.providers.some(({ environments }) => environments.includes(name)),
  );

  const engines = [...new Set(options.providers.map(({ engine }) => engine))];

  return (
    <div className={styles.stack}>
      <Field problem={problemOf('name')} findings={findings} id="name">
        <TextField
          label="Name"
          description={`Lowercase letters, digits and hyphens, at most ${DATABASE_NAME_MAX_LENGTH}. For example orders-db.`}
          value={draft.name}
          onChange={name => set({ name })}
          isRequired
          isInvalid={Boolean(problemOf('name'))}
          aria-describedby={problemOf('name') && 'name-problem'}
          autoComplete="off"
        />
      </Field>
      <Field
        problem={problemOf('environment')}
        findings={findings}
        id="environment"
      >
        <RadioGroup
          label="Environment"
          orientation="horizontal"
          value={draft.environment}
          onChange={environment => set({ environment })}
          isRequired
        >
          {served.map(({ name, title }) => (
            <Radio key={name} value={name}>
              {title}
            </Radio>
          ))}
        </RadioGroup>
      </Field>
      {engines.length > 1 && (
        <Field problem={problemOf('engine')} findings={findings} id="engine">
          <RadioGroup
            label="Engine"
            orientation="horizontal"
            value={props.engine}
            onChange={engine => set({ engine })}
            isRequired
          >
            {engines.map(engine => (
              <Radio key={engine} value={engine}>
                {databaseEngineTitles[engine]}
              </Radio>
            ))}
          </RadioGroup>
        </Field>
      )}
      <Field problem={problemOf('size')} findings={findings} id="size">
        <RadioGroup
          label="Size"
          value={draft.size}
          onChange={size => set({ size })}
          isRequired
        >
          {options.sizes.map(size => (
            <Radio key={size.name} value={size.name}>
              {`${size.name} · ${size.storageGiB} GiB · ${size.connectionLimit} sessions · ${priceAMonth(size.pricePerMonth)}`}
            </Radio>
          ))}
        </RadioGroup>
      </Field>
      <Field problem={problemOf('owner')} findings={findings} id="owner">
        <Select
          label="Owner"
          description="The group that answers for the data and may connect to it."
          placeholder="Choose a group"
          options={owners.map(({ ref, title }) => ({
            value: ref,
            label: title,
          }))}
          value={draft.owner || null}
          onChange={owner => set({ owner: String(owner ?? '') })}
          isRequired
        />
      </Field>
      <Field
        problem={problemOf('description')}
        findings={findings}
        id="description"
      >
        <TextAreaField
          label="What the data is for"
          secondaryLabel="Optional"
          value={draft.description}
          onChange={description => set({ description })}
        />
      </Field>
      <Field
        problem={problemOf('expiresAt')}
        findings={findings}
        id="expiresAt"
      >
        <TextField
          label="Last day"
          secondaryLabel="Optional"
          placeholder="2027-01-31"
          autoComplete="off"
          isInvalid={Boolean(problemOf('expiresAt'))}
          description={sayExpiry(options, draft.environment)}
          value={draft.expiresAt}
          onChange={expiresAt => set({ expiresAt })}
        />
      </Field>
    </div>
  );
}

function Field(props: {
  id: string;
  problem: string | undefined;
  findings: readonly JudgedFinding[] | undefined;
  children: React.ReactNode;
}) {
  return (
    <div className={styles.tight}>
      {props.children}
      {props.problem && (
        <p id={`${props.id}-problem`} role="alert" className={styles.problem}>
          {props.problem}
        </p>
      )}
      <FieldFindings findings={props.findings} field={props.id} />
    </div>
  );
}

/** What comes of a day, or of none. */
function sayExpiry({ expiry }: DatabaseOptions, environment: string): string {
  const rule = expiry?.find(each => each.environment === environment);
  const end =
    'Its logins are turned off then, and the data is kept for a while. It can be extended.';
  const days = rule?.defaultDays ?? rule?.maxDays;
  const without = days
    ? `Without one it ends after ${days} days.`
    : 'Without one it goes on for ever.';
  const most = rule?.maxDays ? ` At most ${rule.maxDays} days from now.` : '';
  return `Year-month-day. ${without}${most} ${end}`;
}
