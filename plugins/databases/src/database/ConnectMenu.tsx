import { Button, Menu, MenuItem, MenuTrigger } from '@backstage/ui';
import type { PersonalLoginAccess } from '@slipway/plugin-databases-common';
import { accessWords } from '../shared/words';

/** The ways to connect. */
export function ConnectMenu(props: {
  offered: PersonalLoginAccess[];
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
        {props.offered.map(access => (
          <MenuItem key={access} id={access}>
            {`Personal login to ${accessWords[access].title.toLocaleLowerCase('en-US')}`}
          </MenuItem>
        ))}
      </Menu>
    </MenuTrigger>
  );
}
