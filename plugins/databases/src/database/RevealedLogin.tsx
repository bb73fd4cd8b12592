import type { PersonalLoginReveal } from '@slipway/plugin-databases-common';
import { CopyText, InfoList, RelativeTime } from '@slipway/ui';
import styles from './RevealedLogin.module.css';

/** The login with its password, and the ways to use it. */
export function RevealedLogin({ reveal }: { reveal: PersonalLoginReveal }) {
  const { login, endpoint, password } = reveal;
  const { host, port, database, tls } = endpoint;
  const { username } = login;
  // The command asks for the password, so that it stays out of the shell's history.
  const command = `psql "host=${host} port=${port} dbname=${database} user=${username}${tls ? ' sslmode=verify-full' : ''}"`;
  const url = `postgresql://${encodeURIComponent(username)}:${encodeURIComponent(password)}@${host}:${port}/${database}${tls ? '?sslmode=verify-full' : ''}`;
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
          {
            label: 'Database',
            value: <CopyText text={database} name="database" />,
          },
          { label: 'Ends', value: <RelativeTime at={login.expiresAt} /> },
          {
            label: 'Command, asks for the password',
            value: <CopyText text={command} name="psql command" />,
          },
          {
            label: 'Address for a service, holds the password',
            value: <CopyText text={url} name="address" />,
          },
        ]}
      />
    </div>
  );
}
