import { useApi } from '@backstage/frontend-plugin-api';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
} from '@backstage/ui';
import type { PermissionHolders } from '@slipway/plugin-access-common';
import {
  EntityLink,
  ErrorState,
  InfoList,
  layout as styles,
  PageSkeleton,
  Sentence,
  useLoaded,
} from '@slipway/ui';
import { useState } from 'react';
import { accessApiRef } from '../api/AccessApi';
import { Bounds } from './RoleWords';

/** Who has a permission: by which roles, and the people one by one. */
export function HoldersDialog(props: {
  permission: string;
  onClose: () => void;
}) {
  const { permission, onClose } = props;
  const api = useApi(accessApiRef);
  const [cursors, setCursors] = useState<string[]>([]);
  const cursor = cursors.at(-1);
  const { value, error, reload } = useLoaded(
    () => api.getHolders(permission, cursor),
    [api, permission, cursor],
  );
  return (
    <Dialog
      isOpen
      onOpenChange={isOpen => {
        if (!isOpen) onClose();
      }}
      width={720}
    >
      <DialogHeader>{value?.permission.title ?? permission}</DialogHeader>
      <DialogBody>
        <div className={styles.stack}>
          {error && (
            <ErrorState
              title="Who has it could not be loaded"
              error={error}
              onRetry={reload}
            />
          )}
          {!value && !error && <PageSkeleton label="people" />}
          {value && <Facts holders={value} />}
          {value && <People holders={value} />}
          {(cursor || value?.nextCursor) && (
            <div className={styles.row}>
              <Button
                variant="secondary"
                isDisabled={!cursor}
                onPress={() => setCursors(cursors.slice(0, -1))}
              >
                Back
              </Button>
              <Button
                variant="secondary"
                isDisabled={!value?.nextCursor}
                onPress={() => setCursors([...cursors, value!.nextCursor!])}
              >
                More people
              </Button>
            </div>
          )}
        </div>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={onClose}>
          Close
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

function Facts({ holders }: { holders: PermissionHolders }) {
  const { name, note, plugin, roles } = holders.permission;
  return (
    <InfoList
      items={[
        { label: 'Name', value: <code>{name}</code> },
        { label: 'Asked by', value: plugin },
        { label: 'Also decides', value: note },
        {
          label: 'Roles',
          value:
            roles.length > 0 ? (
              <ul className={styles.plain}>
                {roles.map(({ name: role, title, members, ...bounds }) => (
                  <li key={role}>
                    {title}
                    {members.length > 0 && (
                      <>
                        : <Sentence text={members.join(', ')} />
                      </>
                    )}
                    <Bounds bounds={bounds} between=", " />
                  </li>
                ))}
              </ul>
            ) : (
              'None: services use it, no person'
            ),
        },
      ]}
    />
  );
}

function People({ holders }: { holders: PermissionHolders }) {
  const { people, permission } = holders;
  const isOpen = permission.roles.some(({ name }) => name === 'everyone');
  return (
    <section aria-label="People">
      <h3 className={styles.heading}>People</h3>
      {isOpen && (
        <p className={styles.note}>
          Everyone who is signed in has it. These have it by a role as well.
        </p>
      )}
      {people.length === 0 && (
        <p className={styles.note}>Nobody in the catalog has it by a role.</p>
      )}
      <ul className={styles.plain}>
        {people.map(({ ref, grounds }) => (
          <li key={ref} className={styles.item}>
            <EntityLink entityRef={ref} />
            {grounds.map(({ role, because }) => (
              <span key={role} className={styles.note}>
                <Sentence text={because} />
              </span>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}
