import type {
  AuditorService,
  AuthService,
  DiscoveryService,
  HttpAuthService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import {
  NotAllowedError,
  ServiceUnavailableError,
  toError,
} from '@backstage/errors';
import type { Request, Router } from 'express';
import PromiseRouter from 'express-promise-router';
import { z } from 'zod';

/** What the page of consent shows. */
const sessionSchema = z.object({
  clientId: z.string(),
  clientName: z.string().nullish(),
  scope: z.string().nullish(),
  redirectUri: z.string(),
});

type Session = z.infer<typeof sessionSchema>;

/**
 * Stands before upstream's routes by which a person answers a program that wants to act for them, and leaves the answer on record: who, which
 * program, what it asked for, and where its code is sent.
 *
 * @remarks
 * Who may not answer, and a question that is not open, are upstream's to refuse. An answer that cannot be recorded is not taken.
 */
export function createConsentAudit(deps: {
  auditor: AuditorService;
  auth: AuthService;
  discovery: DiscoveryService;
  httpAuth: HttpAuthService;
  logger: LoggerService;
}): Router {
  const { auditor, auth, discovery, httpAuth, logger } = deps;
  const router = PromiseRouter();

  router.post(
    '/v1/sessions/:sessionId/:answer(approve|reject)',
    async (request, response) => {
      const session =
        (await isPerson(request)) &&
        (await readSession(request.params.sessionId));
      if (!session) {
        return 'next';
      }
      const event = await auditor.createEvent({
        eventId: 'agent-consent',
        severityLevel: 'medium',
        request,
        meta: {
          actionType: request.params.answer,
          clientId: session.clientId,
          client: session.clientName ?? undefined,
          scope: session.scope ?? undefined,
          // The rest of the address may hold what the program wants to know again.
          redirectTo: new URL(session.redirectUri).host,
        },
      });
      response.once('close', () => {
        const { statusCode, writableFinished } = response;
        const isTaken = writableFinished && statusCode < 400;
        const error = new NotAllowedError(`It was answered ${statusCode}`);
        (isTaken ? event.success() : event.fail({ error })).catch(reason =>
          logger.error('How a consent ended is not on record', toError(reason)),
        );
      });
      return 'next';
    },
  );

  return router;

  async function isPerson(request: Request): Promise<boolean> {
    const credentials = await httpAuth
      .credentials(request)
      .catch(() => undefined);
    return !!credentials && auth.isPrincipal(credentials, 'user');
  }

  /** What the program asks for; undefined when nothing is open. */
  async function readSession(id: string): Promise<Session | undefined> {
    const url = `${await discovery.getBaseUrl('auth')}/v1/sessions/${encodeURIComponent(id)}`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    if (answer.status >= 500) {
      throw new ServiceUnavailableError(
        'What the program asks for cannot be read at the moment. Try again.',
      );
    }
    return answer.ok ? sessionSchema.parse(await answer.json()) : undefined;
  }
}
