import { identityApiRef, useApi } from '@backstage/frontend-plugin-api';
import { ButtonLink, Container, Header } from '@backstage/ui';
import useAsync from 'react-use/esm/useAsync';
import styles from './HomePage.module.css';
import { NeedsYou } from './NeedsYou';
import { NewThings } from './NewThings';
import { Yours } from './Yours';

/** The first page: what needs me, what is mine, what is new. */
export function HomePage() {
  const identityApi = useApi(identityApiRef);
  const { value: person } = useAsync(async () => {
    const [profile, identity] = await Promise.all([
      identityApi.getProfileInfo(),
      identityApi.getBackstageIdentity(),
    ]);
    return { firstName: profile.displayName?.split(' ')[0], ...identity };
  }, [identityApi]);

  return (
    <main>
      <Header
        title={person?.firstName ? `Hello, ${person.firstName}` : 'Home'}
        customActions={
          <>
            <ButtonLink href="/databases/new" variant="secondary">
              Order a database
            </ButtonLink>
            <ButtonLink href="/create" variant="primary">
              Create a service
            </ButtonLink>
          </>
        }
      />
      <Container>
        <div className={styles.columns}>
          <NeedsYou owners={person?.ownershipEntityRefs} />
          <Yours owners={person?.ownershipEntityRefs} />
          <NewThings />
        </div>
      </Container>
    </main>
  );
}
