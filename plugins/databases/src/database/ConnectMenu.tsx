import { Button, Menu, MenuItem, MenuTrigger } from '@backstage/ui';
import type {
  Database,
  PersonalLoginAccess,
} from '@slipway/plugin-databases-common';

/** The ways to connect. */
export function ConnectMenu(props: {
  database: Database;
  isAllowed: boolean;
  /** Id of the text that says why not. */
  reasonId?: string;
  onChoose: (access: PersonalLoginAccess) => void;
}) {
  return (
    <MenuTrigger>
      <Button
        variant="primary"
        isDisabled={!props.isAllowed}
        aria-describedby={props.isAllowed ? undefined : props.reasonId}
      >
        Connect
      </Button>
      <Menu onAction={key => props.onChoose(key as PersonalLoginAccess)}>
        <MenuItem id="read-only">Personal login to look</MenuItem>
        <MenuItem id="read-write">Personal login to change data</MenuItem>
      </Menu>
    </MenuTrigger>
  );
}
