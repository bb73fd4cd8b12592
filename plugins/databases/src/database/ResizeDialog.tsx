import { useApi } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Radio,
  RadioGroup,
} from '@backstage/ui';
import {
  databaseSizes,
  needsMore,
  type Database,
  type DatabaseOptions,
  type DatabasePendingChange,
  type DatabaseQuota,
} from '@slipway/plugin-databases-common';
import { RefusalState } from '@slipway/plugin-policies-react';
import { layout as styles } from '@slipway/ui';
import { type FormEvent, useId, useRef, useState } from 'react';
import { databasesApiRef } from '../api/DatabasesApi';
import { useQuota } from '../order/useQuota';
import { WhoDecides } from '../shared/WhoDecides';
import { priceAMonth, storageWord } from '../shared/words';

type Size = DatabaseOptions['sizes'][number];

/** Gives a database another size, after saying what that changes. */
export function ResizeDialog(props: {
  database: Database;
  sizes: Size[];
  /** Which sizes somebody has to approve. */
  approvals: DatabaseOptions['approvals'];
  onClose: () => void;
  onChanged: () => void;
}) {
  const { database, sizes, onClose, onChanged } = props;
  const api = useApi(databasesApiRef);
  const formId = useId();
  const [name, setName] = useState('');
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  // One key for one choice: pressing again after a lost answer is no second change.
  const key = useRef({ of: '', value: '' });
  const chosen = sizes.find(size => size.name === name);
  const quota = useQuota(database);
  const deciding = chosen ? whoDecides(props, chosen, quota) : [];

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!chosen || isPending) return;
    if (key.current.of !== chosen.name) {
      key.current = { of: chosen.name, value: crypto.randomUUID() };
    }
    setIsPending(true);
    setError(undefined);
    try {
      const { name: size } = chosen;
      await api.resize(database.id, { size }, key.current.value);
      onChanged();
      onClose();
    } catch (refusal) {
      setError(refusal);
      setIsPending(false);
    }
  };

  return (
    <Dialog isOpen onOpenChange={open => !open && onClose()} width={560}>
      <DialogHeader>{`Change the size of ${database.name}`}</DialogHeader>
      <DialogBody>
        <form id={formId} onSubmit={submit} className={styles.stack}>
          <RadioGroup label="Size" value={name} onChange={setName}>
            {sizes.map(size => (
              <Radio
                key={size.name}
                value={size.name}
                isDisabled={size.name === database.size}
              >
                {size.name === database.size
                  ? `${inWords(size)} (now)`
                  : inWords(size)}
              </Radio>
            ))}
          </RadioGroup>
          {chosen && (
            <ul className={styles.list} aria-label="What follows">
              {followsOf(database, chosen).map(sentence => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          )}
          {chosen && deciding === undefined && (
            <Alert
              status="warning"
              icon
              title="This is beyond the quota of the owner, and will be refused"
              description="Delete what is not needed, or ask the platform team for more."
            />
          )}
          {deciding && deciding.length > 0 && (
            <Alert
              status="info"
              icon
              title="This size waits for approval. The database is used as before until then, and you can withdraw it."
              description={<WhoDecides rule={deciding} />}
            />
          )}
          {error !== undefined && (
            <RefusalState
              title="The size was not changed"
              error={error}
              subject={{
                kind: 'DatabaseRequest',
                name: database.name,
                environment: database.environment,
                owner: database.owner,
              }}
            />
          )}
        </form>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={onClose} isDisabled={isPending}>
          Cancel
        </Button>
        <Button
          type="submit"
          form={formId}
          variant="primary"
          isDisabled={!chosen}
          isPending={isPending}
        >
          {deciding?.length ? 'Ask for the size' : 'Change the size'}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

function inWords({ name, storageGiB, connectionLimit, ...size }: Size): string {
  return `${name} · ${storageGiB} GiB · ${connectionLimit} sessions · ${priceAMonth(size.pricePerMonth)}`;
}

/** Who has to approve a size; undefined when it is beyond the quota and nobody can. */
function whoDecides(
  {
    database,
    approvals,
  }: { database: Database; approvals: DatabaseOptions['approvals'] },
  size: Size,
  quota: DatabaseQuota | undefined,
): DatabasePendingChange['rule'] | undefined {
  const { environment, limits, pricePerMonth } = database;
  if (!limits || !needsMore({ ...limits, pricePerMonth }, size)) return [];
  const grown = size.storageGiB - limits.storageGiB;
  const storage = quota?.storageGiB;
  const isBeyond = grown > 0 && storage && storage.used + grown > storage.limit;
  if (isBeyond && !quota?.approval) return undefined;
  return [
    ...(approvals ?? []).filter(
      each =>
        each.environment === environment && each.sizes.includes(size.name),
    ),
    ...(isBeyond && quota?.approval ? [quota.approval] : []),
  ];
}

/** What changes, and what does not, in sentences. */
function followsOf(database: Database, size: Size): string[] {
  const { engine, limits, pricePerMonth } = database;
  const was = limits?.storageGiB ?? 0;
  const isSmaller =
    databaseSizes.indexOf(size.name) < databaseSizes.indexOf(database.size);
  return [
    `${storageWord(engine)} ${was} → ${size.storageGiB} GiB, sessions ${limits?.connectionLimit ?? '?'} → ${size.connectionLimit}.`,
    `Price ${priceAMonth(pricePerMonth)} → ${priceAMonth(size.pricePerMonth)}.`,
    'The data and all logins stay. A server of its own, as AWS RDS makes them, begins anew and is away for some minutes; on a shared one nobody notices.',
    isSmaller
      ? 'What it holds may be more than it may hold then: the platform tells you. Sessions beyond the new limit stay until they end.'
      : 'It can be made smaller again, except where the provider’s disks only grow.',
  ];
}
