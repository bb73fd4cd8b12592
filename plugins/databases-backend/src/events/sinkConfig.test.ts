import { eventsConfigSchema, fits } from './sinkConfig';

const parse = (sink: object) =>
  eventsConfigSchema.safeParse({
    sinks: [{ id: 'bus', url: 'https://x.example/in', ...sink }],
  });

it.each([
  [{ url: 'http://x.example/in' }, /plain http is for this machine only/],
  [{ url: 'http://127.0.0.1.x.example/in' }, /plain http/],
  [{ url: 'file:///etc/passwd' }, /begins with https/],
  [{ url: 'https://a:b@x.example/' }, /must hold no password/],
  [{ url: 'nonsense' }, /begins with https/],
  [{ types: ['dev.slipway.databases.*'] }, /fits no type of event/],
  [{ secret: 'short' }, /24 characters/],
  [{ id: 'Bus' }, /lowercase/],
  [{ unknown: 1 }, /unknown/i],
])('refuses %j', (sink, reason) => {
  const { error } = parse(sink);
  expect(error?.issues.map(each => each.message).join()).toMatch(reason);
});

it('takes what is right', () => {
  expect(parse({ types: ['dev.slipway.database.*'] }).success).toBe(true);
  expect(parse({ url: 'http://localhost:8080/in' }).success).toBe(true);
  expect(
    eventsConfigSchema.safeParse({
      sinks: [
        { id: 'a', url: 'https://x.example' },
        { id: 'a', url: 'https://y.example' },
      ],
    }).success,
  ).toBe(false);
});

it('knows what fits a filter', () => {
  expect(fits('a.b.*', 'a.b.c')).toBe(true);
  expect(fits('a.b.*', 'a.c.b')).toBe(false);
  expect(fits('a.b', 'a.b.c')).toBe(false);
});
