import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Text,
  TextField,
} from '@backstage/ui';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { ErrorState } from '../ErrorState/ErrorState';
import styles from './ConfirmByName.module.css';

/** @public */
export interface ConfirmByNameProps {
  isOpen: boolean;
  onClose: () => void;
  /** Does it. While it runs the dialog stays; when it rejects the reason is shown. */
  onConfirm: () => Promise<void>;
  /** For example "Delete orders-db". */
  title: string;
  /** The verb on the button, for example "Delete database". */
  action: string;
  /** What will be lost, what stays, and until when it can be undone. */
  children: ReactNode;
  /** The name to type. Leave it out where the action can be undone. */
  name?: string;
  /** Why the name has to be typed; that there is no way back, when left out. */
  why?: string;
}

/**
 * Asks before something is lost. The name has to be typed only when there is no way back.
 *
 * @public
 */
export function ConfirmByName(props: ConfirmByNameProps) {
  const { isOpen, onClose, title } = props;
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={open => !open && onClose()}
      width={480}
    >
      <DialogHeader>{title}</DialogHeader>
      {isOpen && <ConfirmForm {...props} />}
    </Dialog>
  );
}

function ConfirmForm(props: ConfirmByNameProps) {
  const { onClose, onConfirm, title, action, children, name } = props;
  const { why = 'There is no way back.' } = props;
  const formId = useId();
  const [typed, setTyped] = useState('');
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const isConfirmed = name === undefined || typed.trim() === name;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isConfirmed || isPending) {
      return;
    }
    setIsPending(true);
    setError(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (reason) {
      setError(reason);
      setIsPending(false);
    }
  };

  return (
    <>
      <DialogBody>
        <form id={formId} onSubmit={submit} className={styles.form}>
          <div>{children}</div>
          {name !== undefined && (
            <>
              <Text as="p" variant="body-medium">
                {why} Type <code>{name}</code> to go on.
              </Text>
              <TextField
                label="Name"
                value={typed}
                onChange={setTyped}
                autoComplete="off"
              />
            </>
          )}
          {error !== undefined && (
            <ErrorState title={`Not done: ${title}`} error={error} />
          )}
        </form>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={onClose} isDisabled={isPending}>
          Keep it
        </Button>
        <Button
          type="submit"
          form={formId}
          variant="primary"
          destructive
          isDisabled={!isConfirmed}
          isPending={isPending}
        >
          {action}
        </Button>
      </DialogFooter>
    </>
  );
}
