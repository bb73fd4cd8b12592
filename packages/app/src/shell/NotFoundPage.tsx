import { Container, Header, Link, Text } from '@backstage/ui';

/** What is shown at an address that leads nowhere. */
export function NotFoundPage() {
  return (
    <main>
      <Header title="There is no page at this address" />
      <Container>
        <Text as="p" variant="body-medium">
          It may have moved, or the link was cut off.{' '}
          <Link href="/search">Search for it</Link> or{' '}
          <Link href="/">go to the home page</Link>.
        </Text>
      </Container>
    </main>
  );
}
