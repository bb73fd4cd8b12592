import { EntityName } from '@slipway/ui';
import { Fragment } from 'react';

/** Of which groups how many have to approve, in words. */
export function WhoDecides(props: {
  rule: { groups: string[]; required: number }[];
}) {
  return (
    <>
      {props.rule.map(({ groups, required }) => (
        <span key={groups.join()}>
          {`Waits for ${required} of `}
          {groups.map((group, index) => (
            <Fragment key={group}>
              {index > 0 && ' or '}
              <EntityName entityRef={group} />
            </Fragment>
          ))}
          .{' '}
        </span>
      ))}
    </>
  );
}
