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
  Select,
  Text,
} from '@backstage/ui';
import type {
  Database,
  PersonalLoginAccess,
  PersonalLoginReveal,
} from '@slipway/plugin-databases-common';
import { ErrorState, layout as styles } from '@slipway/ui';
import { useState } from 'react';
import { databasesApiRef } from '../api/DatabasesApi';
import { accessWords } from '../shared/words';
import { RevealedLogin } from './RevealedLogin';

const HOURS = [1, 4, 8, 24, 72, 168];

/**
 * Gets a personal login and shows it once. The password lives in this dialog only: closing it
 * forgets it, and the server does not have it any more either.
 */
export function PersonalLoginDialog(props: {
  database: Database;
  access: PersonalLoginAccess;
  offered: PersonalLoginAccess[];
  hours: { defaultHours: number; maxHours: number };
  onClose: () => void;
  onCreated: () => void;
}) {
  const { database, hours, onClose, onCreated } = props;
  const api = useApi(databasesApiRef);
  const [access, setAccess] = useState(props.access);
  const [length, setLength] = useState(hours.defaultHours);
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const [revealed, setRevealed] = useState<PersonalLoginReveal>();

  const create = async () => {
    setIsPending(true);
    setError(undefined);
    try {
      const request = { access, hours: length };
      setRevealed(await api.createPersonalLogin(database.id, request));
      onCreated();
    } catch (reason) {
      setError(reason);
    } finally {
      setIsPending(false);
    }
  };
  const lengths = [...new Set([...HOURS, hours.defaultHours, hours.maxHours])]
    .filter(value => value <= hours.maxHours)
    .sort((a, b) => a - b);

  return (
    <Dialog
      isOpen
      // A click beside it must not lose the password.
      isDismissable={!revealed}
      onOpenChange={open => !open && onClose()}
      width={560}
    >
      <DialogHeader>{`Personal login to ${database.name}`}</DialogHeader>
      <DialogBody>
        <div className={styles.stack}>
          {revealed ? (
            <>
              <Alert
                status="warning"
                icon
                title="Shown once"
                description="Copy what you need now. A second look does not show the password again, to nobody; get a new login instead."
              />
              <RevealedLogin engine={database.engine} reveal={revealed} />
            </>
          ) : (
            <>
              <Text as="p">
                A login of your own, visible by your name in the database’s
                sessions. It ends by itself and you can revoke it at any time.
              </Text>
              <RadioGroup
                label="Access"
                value={access}
                onChange={value => setAccess(value as PersonalLoginAccess)}
              >
                {props.offered.map(each => (
                  <Radio key={each} value={each}>
                    {`${accessWords[each].title}: ${accessWords[each].means}`}
                  </Radio>
                ))}
              </RadioGroup>
              <Select
                label="Ends after"
                options={lengths.map(value => ({
                  value: `${value}`,
                  label: value === 1 ? '1 hour' : `${value} hours`,
                }))}
                value={`${length}`}
                onChange={value => setLength(Number(value))}
              />
            </>
          )}
          {error !== undefined && (
            <ErrorState title="There is no login yet" error={error} />
          )}
        </div>
      </DialogBody>
      <DialogFooter>
        {revealed ? (
          <Button variant="primary" onPress={onClose}>
            I have copied it
          </Button>
        ) : (
          <>
            <Button variant="secondary" onPress={onClose}>
              Cancel
            </Button>
            <Button variant="primary" isPending={isPending} onPress={create}>
              Get login
            </Button>
          </>
        )}
      </DialogFooter>
    </Dialog>
  );
}
