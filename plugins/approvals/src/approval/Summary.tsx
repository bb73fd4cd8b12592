import { Link } from '@backstage/ui';
import type { Approval } from '@slipway/plugin-approvals-common';
import { EntityName, InfoList, RelativeTime } from '@slipway/ui';
import { FactValue } from '../shared/FactValue';

/** What has to be known to decide: who asks and why, the facts, the deadline. */
export function Summary({ approval }: { approval: Approval }) {
  const { requester, reason, facts, link, environment, expiresAt } = approval;
  return (
    <InfoList
      items={[
        { label: 'Asked by', value: <EntityName entityRef={requester} /> },
        { label: 'Why', value: reason },
        { label: 'Environment', value: environment },
        ...facts.map(({ label, value }) => ({
          label,
          value: <FactValue value={value} />,
        })),
        { label: 'Deadline', value: <RelativeTime at={expiresAt} /> },
        {
          label: 'Look at it',
          value: link && <Link href={link}>Open what it is about</Link>,
        },
      ]}
    />
  );
}
