import type {
  DatabaseEngine,
  PersonalLoginReveal,
} from '@slipway/plugin-databases-common';
import { CopyText, InfoList, RelativeTime } from '@slipway/ui';
import { howToConnect } from './howToConnect';
import { whereOf } from './whereOf';
import styles from './RevealedLogin.module.css';

/** The login with its password, and the ways to use it. */
export function RevealedLogin(props: {
  engine: DatabaseEngine;
  reveal: PersonalLoginReveal;
}) {
  const { login, endpoint, password } = props.reveal;
  const { host, port } = endpoint;
  const { username } = login;
  const { client, command, url } = howToConnect(props.engine, endpoint, {
    username,
    password,
  });
  return (
    <div className={styles.secret}>
      <InfoList
        items={[
          {
            label: 'User',
            value: <CopyText text={username} name="user" />,
          },
          {
            label: 'Password',
            value: <CopyText text={password} name="password" />,
          },
          { label: 'Host', value: <CopyText text={host} name="host" /> },
          { label: 'Port', value: <CopyText text={`${port}`} name="port" /> },
          whereOf(props.engine, endpoint),
          { label: 'Ends', value: <RelativeTime at={login.expiresAt} /> },
          ...(command
            ? [
                {
                  label: 'Command, asks for the password',
                  value: <CopyText text={command} name={`${client} command`} />,
                },
              ]
            : []),
          {
            label: 'Address for a service, holds the password',
            value: <CopyText text={url} name="address" />,
          },
        ]}
      />
    </div>
  );
}
