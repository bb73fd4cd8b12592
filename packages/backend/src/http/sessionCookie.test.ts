import express from 'express';
import request from 'supertest';
import { sessionCookie } from './sessionCookie';

async function cookies(set: (res: express.Response) => void) {
  const app = express().use(sessionCookie());
  app.get('/', (_req, res) => {
    set(res);
    res.end();
  });
  const { headers } = await request(app).get('/');
  return headers['set-cookie'] as unknown as string[];
}

it('keeps the cookie of a sign-in from other sites, and leaves others as they are', async () => {
  // As express-session does.
  expect(
    await cookies(res => {
      res.cookie('oidc-nonce', 'n', { sameSite: 'none', secure: true });
      const before = res.getHeader('set-cookie') as string;
      res.setHeader('Set-Cookie', [before, 'connect.sid=s; Path=/; HttpOnly']);
    }),
  ).toEqual([
    'oidc-nonce=n; Path=/; Secure; SameSite=None',
    'connect.sid=s; Path=/; HttpOnly; SameSite=Lax',
  ]);
});

it('does not say it twice, once upstream does', async () => {
  expect(
    await cookies(res => res.cookie('connect.sid', 's', { sameSite: true })),
  ).toEqual(['connect.sid=s; Path=/; SameSite=Strict']);
});
