import { useApi } from '@backstage/frontend-plugin-api';
import { Container, Header, Link, Select } from '@backstage/ui';
import type { ForeignDatabases } from '@slipway/plugin-databases-common';
import {
  EmptyState,
  ErrorState,
  PageSkeleton,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { useSearchParams } from 'react-router-dom';
import { databasesApiRef } from '../api/DatabasesApi';
import { bytes } from '../shared/backupWords';
import { DATABASES } from '../shared/breadcrumbs';
import { ForeignDatabaseReportView } from './ForeignDatabaseReportView';

/** Looks at databases on the platform's servers that it does not own. Nothing is altered by looking. */
export function ImportPage() {
  const api = useApi(databasesApiRef);
  const [params, setParams] = useSearchParams();
  const servers = useLoaded(() => api.listImportServers(), [api]);
  const chosen = params.get('server') ?? servers.value?.[0]?.id;
  const name = params.get('database');
  return (
    <main className={styles.page}>
      <Header title="Databases that are not ours" breadcrumbs={DATABASES} />
      <Container>
        <div className={styles.stack}>
          <p className={styles.note}>
            What is on the platform’s servers without belonging to it. A look
            reads, and alters nothing. Taking one over is not offered yet: the
            report says what that would change.
          </p>
          {servers.error && (
            <ErrorState
              title="The servers could not be loaded"
              error={servers.error}
              onRetry={servers.reload}
            />
          )}
          {!servers.value && !servers.error && <PageSkeleton label="servers" />}
          {servers.value?.length === 0 && (
            <EmptyState title="No provider that is configured can look at such databases." />
          )}
          {servers.value && servers.value.length > 1 && (
            <Select
              label="Server"
              options={servers.value.map(({ id, title }) => ({
                value: id,
                label: title,
              }))}
              value={chosen ?? null}
              onChange={value => setParams({ server: String(value ?? '') })}
            />
          )}
          {chosen && <Found key={chosen} providerId={chosen} />}
          {chosen && name && (
            <ForeignDatabaseReportView
              key={`${chosen} ${name}`}
              providerId={chosen}
              name={name}
            />
          )}
        </div>
      </Container>
    </main>
  );
}

function Found({ providerId }: { providerId: string }) {
  const api = useApi(databasesApiRef);
  const found = useLoaded(() => api.listForeign(providerId), [api, providerId]);
  if (found.error) {
    return (
      <ErrorState
        title="The server could not be looked at"
        error={found.error}
        onRetry={found.reload}
      />
    );
  }
  if (!found.value) return <PageSkeleton label="databases of the server" />;
  return <Names found={found.value} />;
}

function Names({ found: { provider, items } }: { found: ForeignDatabases }) {
  if (items.length === 0) {
    return (
      <EmptyState
        title={`Everything on ${provider.title} belongs to the platform.`}
      />
    );
  }
  return (
    <section aria-labelledby="foreign">
      <h2 id="foreign" className={styles.heading}>
        {`${items.length} on ${provider.title}`}
      </h2>
      <ul className={styles.list}>
        {items.map(({ name, owner, sizeBytes }) => (
          <li key={name}>
            <Link
              href={`?${new URLSearchParams({ server: provider.id, database: name })}`}
            >
              {name}
            </Link>
            {`, of the role ${owner}${sizeBytes === undefined ? '' : `, ${bytes(sizeBytes)}`}`}
          </li>
        ))}
      </ul>
    </section>
  );
}
