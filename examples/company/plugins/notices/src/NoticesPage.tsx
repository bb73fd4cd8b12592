import { ResponseError } from '@backstage/errors';
import { fetchApiRef, useApi } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Card,
  CardBody,
  CardHeader,
  Container,
  Text,
} from '@backstage/ui';
import useAsync from 'react-use/esm/useAsync';

type Notice = { id: string; title: string; text: string };

export function NoticesPage() {
  const { fetch } = useApi(fetchApiRef);
  const { value, error } = useAsync(async (): Promise<Notice[]> => {
    const response = await fetch('plugin://notices/notices');
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return (await response.json()).items;
  }, [fetch]);

  return (
    <Container>
      {error && (
        <Alert
          status="danger"
          title="The notices could not be read"
          description={error.message}
        />
      )}
      {value?.length === 0 && <Text>There is nothing to know today.</Text>}
      {value?.map(notice => (
        <Card key={notice.id}>
          <CardHeader>{notice.title}</CardHeader>
          <CardBody>{notice.text}</CardBody>
        </Card>
      ))}
    </Container>
  );
}
