import type { ApprovalDetails } from '@slipway/plugin-approvals-common';
import {
  EntityLink,
  EntityName,
  RelativeTime,
  StatusBadge,
  Tile,
  layout as styles,
} from '@slipway/ui';
import { Fragment } from 'react';
import { answerWords } from '../shared/words';

/** Who may decide and how far it is, part by part; and who has. */
export function Deciders({ approval }: { approval: ApprovalDetails }) {
  const { rule, approvals, state, votes } = approval;
  return (
    <>
      <Tile title="Who decides">
        {rule.map(({ groups, required }, index) => (
          <p key={groups.join()} className={styles.text}>
            {`${approvals[index]} of ${required} from `}
            {groups.map((group, position) => (
              <Fragment key={group}>
                {position > 0 && ' or '}
                <EntityLink entityRef={group} />
              </Fragment>
            ))}
          </p>
        ))}
        <p className={styles.note}>
          Neither who asked nor who made it. One rejection rejects.
        </p>
      </Tile>
      <Tile title="Who has decided">
        {votes.length === 0 && (
          <p className={styles.text}>
            {state === 'pending' ? 'Nobody yet' : 'Nobody did'}
          </p>
        )}
        {votes.map(({ person, castBy, answer, reason, at }) => (
          <div key={person} className={styles.tight}>
            <div className={styles.row}>
              <EntityName entityRef={person} />
              <StatusBadge
                status={answer === 'approve' ? 'approved' : 'rejected'}
                label={answerWords[answer].done}
              />
              <RelativeTime at={at} />
            </div>
            {castBy !== person && (
              <p className={styles.note}>
                by <EntityName entityRef={castBy} />, as deputy
              </p>
            )}
            {reason && <p className={styles.text}>{reason}</p>}
          </div>
        ))}
      </Tile>
    </>
  );
}
