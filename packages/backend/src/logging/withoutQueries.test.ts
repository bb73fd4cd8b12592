import { withoutQueriesFormat, withoutQueryValues } from './withoutQueries';

it.each([
  ['/api/catalog/entities', '/api/catalog/entities'],
  ['/frame?code=hunter2&state=hunter3', '/frame?code&state'],
  ['/a?filter=x&filter=y&z', '/a?filter&z'],
  ['/a?hunter2%20=1&b=2', '/a?b'],
  ['/a?b=c?hunter2', '/a?b'],
  [
    '"GET /a?token=hunter2 HTTP/1.1" 200 5 "https://portal/b?code=hunter3" "node"',
    '"GET /a?token HTTP/1.1" 200 5 "https://portal/b?code" "node"',
  ],
])('makes %s of it', (text, expected) => {
  expect(withoutQueryValues(text)).toBe(expected);
});

it('looks at lines of the access log only', () => {
  const transform = (info: object) =>
    withoutQueriesFormat().transform({ level: 'info', message: '', ...info });
  expect(
    transform({
      type: 'incomingRequest',
      message: '"GET /a?b=1 HTTP/1.1" 200',
      url: '/a?b=1',
      referrer: 'http://portal/?c=2',
      status: 200,
    }),
  ).toMatchObject({
    message: '"GET /a?b HTTP/1.1" 200',
    url: '/a?b',
    referrer: 'http://portal/?c',
    status: 200,
  });
  expect(transform({ message: 'Is it so? yes=no' })).toMatchObject({
    message: 'Is it so? yes=no',
  });
});
