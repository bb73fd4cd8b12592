import { useApi } from '@backstage/frontend-plugin-api';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Select,
  TextField,
} from '@backstage/ui';
import {
  type Database,
  DATABASE_NAME_MAX_LENGTH,
  type DatabaseOptions,
  databasePagePath,
} from '@slipway/plugin-databases-common';
import { RefusalState } from '@slipway/plugin-policies-react';
import { layout as styles, PageSkeleton, useLoaded } from '@slipway/ui';
import { type FormEvent, useId, useRef, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { databasesApiRef } from '../api/DatabasesApi';
import { priceAMonth } from '../shared/words';

/** Orders a new database that begins with what this one holds now. The name that is suggested takes a single click. */
export function CloneDialog(props: {
  database: Database;
  options: DatabaseOptions;
  onClose: () => void;
}) {
  const { database, options, onClose } = props;
  const api = useApi(databasesApiRef);
  const suggested = useLoaded(async () => {
    const { items } = await api.list({ search: database.name, limit: 100 });
    return suggestName(database, items);
  }, [api, database]);
  const isReady = Boolean(suggested.value ?? suggested.error);
  return (
    <Dialog isOpen onOpenChange={open => !open && onClose()} width={560}>
      <DialogHeader>{`Clone ${database.name}`}</DialogHeader>
      {isReady ? (
        <CloneForm
          database={database}
          options={options}
          suggestion={suggested.value ?? ''}
          onClose={onClose}
        />
      ) : (
        <DialogBody>
          <PageSkeleton label="a name for the clone" />
        </DialogBody>
      )}
    </Dialog>
  );
}

function CloneForm(props: {
  database: Database;
  options: DatabaseOptions;
  suggestion: string;
  onClose: () => void;
}) {
  const { database, options, suggestion, onClose } = props;
  const { engine, size, version, owner } = database;
  const api = useApi(databasesApiRef);
  const navigate = useNavigate();
  const formId = useId();
  const [name, setName] = useState(suggestion);
  const [environment, setEnvironment] = useState(database.environment);
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  // One key for one clone: pressing again after a lost answer orders no second one.
  const key = useRef({ of: '', value: '' });
  const served = options.environments.filter(each =>
    options.providers.some(
      provider =>
        provider.engine === engine && provider.environments.includes(each.name),
    ),
  );
  const price = options.sizes.find(each => each.name === size)?.pricePerMonth;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!name || isPending) return;
    const request = {
      name,
      environment,
      engine,
      size,
      owner,
      ...(version && { version }),
      cloneOf: database.id,
    };
    const of = JSON.stringify(request);
    if (key.current.of !== of) {
      key.current = { of, value: crypto.randomUUID() };
    }
    setIsPending(true);
    setError(undefined);
    try {
      const { database: clone } = await api.order(request, key.current.value);
      onClose();
      navigate(databasePagePath(clone.name, clone.environment));
    } catch (refusal) {
      setError(refusal);
      setIsPending(false);
    }
  };

  return (
    <>
      <DialogBody>
        <form id={formId} onSubmit={submit} className={styles.stack}>
          <div>
            {`A backup of ${database.name} is taken now, while it is used as before. The clone is made as soon as that is there, and holds what is in it. It has logins of its own, and nothing happens to ${database.name}.`}
          </div>
          <TextField
            label="Name"
            value={name}
            onChange={setName}
            maxLength={DATABASE_NAME_MAX_LENGTH}
            isRequired
            autoComplete="off"
          />
          {served.length > 1 && (
            <Select
              label="Environment"
              options={served.map(each => ({
                value: each.name,
                label: each.title,
              }))}
              value={environment}
              onChange={value => setEnvironment(String(value ?? ''))}
              isRequired
            />
          )}
          <p className={styles.note}>
            {`Size ${size}, for the same owner, ${priceAMonth(price)}.${
              environment === database.environment
                ? ''
                : ` What is in ${database.environment} is seen in ${environment} by those who may look there.`
            }`}
          </p>
          {error !== undefined && (
            <RefusalState
              title="It was not cloned"
              error={error}
              subject={{ kind: 'DatabaseRequest', name, environment, owner }}
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
          isDisabled={!name}
          isPending={isPending}
        >
          Clone database
        </Button>
      </DialogFooter>
    </>
  );
}

/** "orders-db-copy", or the first with a number that nobody has. */
function suggestName({ name }: Database, others: Database[]): string {
  const taken = new Set(others.map(other => other.name));
  for (let number = 1; ; number += 1) {
    const ending = number === 1 ? '-copy' : `-copy-${number}`;
    const stem = name
      .slice(0, DATABASE_NAME_MAX_LENGTH - ending.length)
      .replace(/-+$/, '');
    if (!taken.has(stem + ending)) return stem + ending;
  }
}
