import { BreadcrumbEntry, useApi } from '@backstage/frontend-plugin-api';
import { EmptyState, useEntityTitle, useLoaded } from '@slipway/ui';
import { useLocation } from 'react-router-dom';
import { accessApiRef } from '../api/AccessApi';
import { AccessOf } from './AccessOf';
import { SubjectField } from './SubjectField';
import { useAccessQuery } from './useAccessQuery';
import type { PermissionsQuery } from '@slipway/plugin-access-common';

/** What somebody else may do, or a group. */
export function PersonView() {
  const { who, show } = useAccessQuery();
  return (
    <>
      <SubjectField value={who} onChange={ref => show('person', ref)} />
      {who ? (
        <Person key={who} who={who} />
      ) : (
        <EmptyState title="Choose a person or a group and see what they may do, and on which grounds. That you looked is recorded." />
      )}
    </>
  );
}

function Person({ who }: { who: string }) {
  const api = useApi(accessApiRef);
  const { query, change } = useAccessQuery();
  const access = useLoaded(
    () => api.getOf(who, query as PermissionsQuery),
    [api, who, query],
  );
  const label = useEntityTitle(who);
  const { pathname, search } = useLocation();
  return (
    <BreadcrumbEntry entry={{ label, href: `${pathname}${search}` }}>
      <AccessOf access={access} query={query} change={change} />
    </BreadcrumbEntry>
  );
}
