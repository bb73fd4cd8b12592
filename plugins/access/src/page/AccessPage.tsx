import { usePermission } from '@backstage/plugin-permission-react';
import { Container, ToggleButton, ToggleButtonGroup } from '@backstage/ui';
import {
  accessHandoverReadPermission,
  accessPeopleReadPermission,
} from '@slipway/plugin-access-common';
import { layout as styles, PageSkeleton } from '@slipway/ui';
import { HandoverView } from './HandoverView';
import { MyAccess } from './MyAccess';
import { PermissionsView } from './PermissionsView';
import { PersonView } from './PersonView';
import { RolesView } from './RolesView';
import { useAccessQuery, type View } from './useAccessQuery';

const TITLES: Record<View, string> = {
  mine: 'What you may do',
  person: 'What somebody may do',
  permissions: 'Who may do what',
  roles: 'Roles',
  handover: 'Hand over',
};

/** What one may do and why; for administrators also who may do what. */
export function AccessPage() {
  const { view, show } = useAccessQuery();
  const people = usePermission({ permission: accessPeopleReadPermission });
  const handover = usePermission({ permission: accessHandoverReadPermission });
  const open: View[] = [
    'mine',
    ...(people.allowed ? (['person', 'permissions', 'roles'] as const) : []),
    ...(handover.allowed ? (['handover'] as const) : []),
  ];
  const isAsking = people.loading || handover.loading;
  // A link of an administrator's shows somebody else what they may do themselves.
  const shown = open.includes(view) ? view : 'mine';
  return (
    <Container>
      <div className={`${styles.stack} ${styles.page}`}>
        {open.length > 1 && (
          <ToggleButtonGroup
            aria-label="View"
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[shown]}
            onSelectionChange={keys => {
              const [key] = keys;
              if (key && key !== shown) show(key as View);
            }}
          >
            {open.map(each => (
              <ToggleButton key={each} id={each} size="small">
                {TITLES[each]}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
        )}
        {isAsking && view !== 'mine' ? (
          <PageSkeleton label="access" />
        ) : (
          <Shown view={shown} />
        )}
      </div>
    </Container>
  );
}

function Shown({ view }: { view: View }) {
  switch (view) {
    case 'person':
      return <PersonView />;
    case 'permissions':
      return <PermissionsView />;
    case 'roles':
      return <RolesView />;
    case 'handover':
      return <HandoverView />;
    default:
      return <MyAccess />;
  }
}
