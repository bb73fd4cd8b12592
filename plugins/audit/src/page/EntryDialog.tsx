import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
} from '@backstage/ui';
import type { AuditEvent } from '@slipway/plugin-audit-common';
import {
  ActorName,
  CopyText,
  InfoList,
  StatusBadge,
  wordForStatus,
} from '@slipway/ui';
import { Place, storedAt } from './Place';
import { toneOfOutcome } from './tones';
import type { Change } from './useAuditQuery';
import styles from './AuditPage.module.css';

/** Everything that one entry says. */
export function EntryDialog(props: { event: AuditEvent; change: Change }) {
  const { event, change } = props;
  const { actor, request, error, meta } = event;
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
      <DialogHeader>{`${event.plugin}.${event.event}`}</DialogHeader>
      <DialogBody>
        <div className={styles.stack}>
          <InfoList
            items={[
              {
                label: 'Outcome',
                value: (
                  <StatusBadge
                    status={event.outcome}
                    tone={toneOfOutcome(event.outcome)}
                  />
                ),
              },
              { label: 'Severity', value: wordForStatus(event.severity) },
              {
                label: 'Stored at',
                value: storedAt(event.at),
              },
              {
                label: 'Who',
                value: actor.ref && (
                  <>
                    <ActorName actor={actor.ref} /> <code>{actor.ref}</code>
                  </>
                ),
              },
              { label: 'From', value: actor.ip },
              {
                label: 'With',
                value: actor.userAgent && (
                  <span className={styles.wrap}>{actor.userAgent}</span>
                ),
              },
              { label: 'On what', value: event.subject },
              {
                label: 'Request',
                value: request && (
                  <code className={styles.wrap}>
                    {request.method} {request.path}
                  </code>
                ),
              },
              {
                label: 'Request id',
                value: event.correlationId && (
                  <CopyText text={event.correlationId} name="request id" />
                ),
              },
              {
                label: 'Entry',
                value: <Place entry={event} />,
              },
            ]}
          />
          {error && (
            <p className={styles.problem}>
              {error.name}: {error.message}
            </p>
          )}
          {meta && (
            <pre className={styles.json}>
              {JSON.stringify(meta, undefined, 2)}
            </pre>
          )}
        </div>
      </DialogBody>
      <DialogFooter>
        <Button
          variant="secondary"
          onPress={() =>
            change({
              entry: undefined,
              cursor: undefined,
              operation: event.operation,
            })
          }
        >
          Show this piece of work
        </Button>
        <Button variant="secondary" onPress={close}>
          Close
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
