import { Container, ToggleButton } from '@backstage/ui';
import { layout as styles, PageSkeleton } from '@slipway/ui';
import { HandoverView } from './HandoverView';
import { MyAccess } from './MyAccess';
import { PermissionsView } from './PermissionsView';
import { PersonView } from './PersonView';
import { RolesView } from './RolesView';
import { useAccessQuery, type View } from './useAccessQuery';
import { useViews } from './useViews';

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
  const open = useViews();
  // A link of an administrator's shows somebody else what they may do themselves.
  const shown = open?.includes(view) ? view : 'mine';
  return (
    <Container>
      <div className={`${styles.stack} ${styles.page}`}>
        {open && open.length > 1 && (
          <div role="group" aria-label="View" className={styles.row}>
            {open.map(each => (
              <ToggleButton
                key={each}
                size="small"
                isSelected={each === shown}
                onChange={() => each !== shown && show(each)}
              >
                {TITLES[each]}
              </ToggleButton>
            ))}
          </div>
        )}
        {!open && view !== 'mine' ? (
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
