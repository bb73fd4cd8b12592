import type { HeldRole } from '@slipway/plugin-access-common';
import { EntityLink, layout as styles, Sentence } from '@slipway/ui';

/** A role, through whom one has it, and where it reaches. */
export function RoleWords({ role }: { role: HeldRole }) {
  const { title, description, via } = role;
  return (
    <>
      <strong>{title}</strong>, through <EntityLink entityRef={via} />
      <Bounds bounds={role} between=", " />
      {description && (
        <>
          <br />
          <span className={styles.note}>{description}</span>
        </>
      )}
    </>
  );
}

/** Where a role reaches, when not everywhere. Begins with a blank or with what is given to stand between. */
export function Bounds(props: {
  bounds: { environments?: string[]; owners?: string[] };
  between?: string;
}) {
  const { environments, owners } = props.bounds;
  const { between = ' ' } = props;
  return (
    <>
      {environments && `${between}in ${environments.join(', ')}`}
      {owners && (
        <>
          {environments ? ', ' : between}on what{' '}
          <Sentence text={owners.join(', ')} /> owns
        </>
      )}
    </>
  );
}
