import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
} from '@backstage/ui';
import type { UnreadableAuditEvent } from '@slipway/plugin-audit-common';
import { InfoList } from '@slipway/ui';
import { Place, storedAt } from './Place';
import type { Change } from './useAuditQuery';
import styles from './AuditPage.module.css';

/** What is known of an entry whose record cannot be read, and what to do. */
export function UnreadableDialog(props: {
  entry: UnreadableAuditEvent;
  change: Change;
}) {
  const { entry, change } = props;
  const close = () => change({ entry: undefined });
  return (
    <Dialog
      isOpen
      onOpenChange={isOpen => {
        if (!isOpen) {
          close();
        }
      }}
      width={720}
    >
      <DialogHeader>Not readable as an entry</DialogHeader>
      <DialogBody>
        <div className={styles.stack}>
          <InfoList
            items={[
              { label: 'Stored at', value: storedAt(entry.at) },
              { label: 'Entry', value: <Place entry={entry} /> },
            ]}
          />
          <p className={styles.problem}>
            The portal does not write such records: somebody has stored it by
            hand, with the portal's password or as the owner of the database.
            Export the period to see its text, and change that password.
          </p>
        </div>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={close}>
          Close
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
