import type {
  AuditorService,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import {
  audited,
  ChangeLimit,
  lazyOpenApiRouter,
  refuseOtherThanJson,
  refuseUnstorableText,
  requireIdempotencyKey,
  tellOnlyWhoMay,
} from '@slipway/backend-utils';
import { parseInput } from '@slipway/input';
import {
  approvalRequestCreatePermission,
  approvalRequestSchema,
  deputyRequestSchema,
  voteRequestSchema,
} from '@slipway/plugin-approvals-common';
import express, { type Request, type Router } from 'express';
import PromiseRouter from 'express-promise-router';
import {
  acknowledgeSchema,
  deputiesQuerySchema,
  eventsQuerySchema,
  listQuerySchema,
  openLinkSchema,
  outcomesQuerySchema,
  statusQuerySchema,
  takeBackQuerySchema,
  useLinkSchema,
  withdrawRequestSchema,
  withdrawSchema,
} from './requestSchemas';
import { createRights } from './rights';
import { createOpenApiRouter } from './schema/openapi';
import type { Access } from './services/Access';
import type { AnswerLinksService } from './services/AnswerLinksService';
import type { ApprovalsService } from './services/ApprovalsService';
import type { DecisionsService } from './services/DecisionsService';
import type { DeputiesService } from './services/DeputiesService';
import type { RequestsService } from './services/RequestsService';

const BODY_LIMIT = '100kb';
/** Links of mails that one person may try at one replica in a minute. */
const LINKS_PER_MINUTE = 20;
/** Requests, withdrawals and acknowledgements of one service at one replica in a minute. */
const REQUESTS_PER_MINUTE = 600;

/** @internal */
export interface RouterOptions {
  access: Access;
  answerLinks: AnswerLinksService;
  approvals: ApprovalsService;
  auditor: AuditorService;
  changeLimit: ChangeLimit;
  decisions: DecisionsService;
  deputies: DeputiesService;
  httpAuth: HttpAuthService;
  requests: RequestsService;
}

/** The HTTP interface: validate, authorize, call a service. What does not hold is told only to who may make the request. */
export function createRouter(options: RouterOptions): Router {
  const { access, answerLinks, approvals, decisions, deputies, requests } =
    options;
  const outer = PromiseRouter();
  outer.use(express.json({ limit: BODY_LIMIT }));
  outer.use(refuseOtherThanJson());
  outer.use(refuseUnstorableText());
  // Before the contract's own check: these sentences name the field and the way out.
  outer.post(['/deputies', '/requests'], (req, _res, next) => {
    requireIdempotencyKey(req);
    next();
  });

  const router = lazyOpenApiRouter(() =>
    createOpenApiRouter({
      middleware: [express.json({ limit: BODY_LIMIT })],
      // The contract's own test does it; here it would cost a tenth of a second at every start.
      validatorOptions: { validateApiSpec: false },
    }),
  );
  outer.use(router);

  const record = <T>(
    request: Request,
    eventId: string,
    meta: Record<string, string | boolean>,
    work: () => Promise<T>,
    done?: (answer: T) => Record<string, string>,
  ) => audited(options.auditor, { eventId, meta, request, done }, work);
  const user = (req: Request) =>
    options.httpAuth.credentials(req, { allow: ['user'] });
  const limited = options.changeLimit.middleware(user);
  const linksLimited = ChangeLimit.create({
    perMinute: LINKS_PER_MINUTE,
    what: 'links',
  }).middleware(user);
  const requestsLimited = ChangeLimit.create({
    perMinute: REQUESTS_PER_MINUTE,
    what: 'requests',
  }).middleware(req =>
    options.httpAuth.credentials(req, { allow: ['service'] }),
  );
  /** The service that calls. Its name narrows what it sees, and grants nothing. */
  const caller = async (req: Request) => {
    const credentials = await options.httpAuth.credentials(req, {
      allow: ['service'],
    });
    await access.assertHolds(
      credentials,
      approvalRequestCreatePermission,
      'This service may not ask for approvals',
    );
    return credentials.principal.subject;
  };

  router.get('/approvals', async (req, res) => {
    const credentials = await user(req);
    const query = parseInput(listQuerySchema, req.query);
    res.json(await approvals.list(query, credentials));
  });

  router.get('/approvals/:id', async (req, res) => {
    res.json(await approvals.get(req.params.id, await user(req)));
  });

  router.get('/approvals/:id/events', async (req, res) => {
    const credentials = await user(req);
    const { cursor } = parseInput(eventsQuerySchema, req.query);
    res.json(await approvals.events(req.params.id, cursor, credentials));
  });

  router.put('/approvals/:id/vote', limited, async (req, res) => {
    const credentials = await user(req);
    const { id } = req.params;
    const vote = parseInput(voteRequestSchema, req.body);
    const { answer, onBehalfOf } = vote;
    const answered = await record(
      req,
      'approval-vote',
      { approvalId: id, answer, ...(onBehalfOf && { onBehalfOf }) },
      () => decisions.vote(id, vote, credentials),
      ({ state, digest }) => ({ state, digest }),
    );
    res.json(answered);
  });

  router.delete('/approvals/:id/vote', limited, async (req, res) => {
    const credentials = await user(req);
    const { id } = req.params;
    const { onBehalfOf } = parseInput(takeBackQuerySchema, req.query);
    const answered = await record(
      req,
      'approval-vote-take-back',
      { approvalId: id, ...(onBehalfOf && { onBehalfOf }) },
      () => decisions.takeBack(id, onBehalfOf, credentials),
    );
    res.json(answered);
  });

  router.post('/approvals/:id/withdraw', limited, async (req, res) => {
    const credentials = await user(req);
    const { id } = req.params;
    const { reason } = parseInput(withdrawSchema, req.body);
    const answered = await record(
      req,
      'approval-withdraw',
      { approvalId: id },
      () => decisions.withdraw(id, reason, credentials),
    );
    res.json(answered);
  });

  router.post('/answer-links/open', linksLimited, async (req, res) => {
    const credentials = await user(req);
    const { token } = parseInput(openLinkSchema, req.body);
    res.json(await answerLinks.open(token, credentials));
  });

  router.post('/answer-links/use', limited, linksLimited, async (req, res) => {
    const credentials = await user(req);
    const { token, reason } = parseInput(useLinkSchema, req.body);
    const answered = await record(
      req,
      'approval-vote',
      { through: 'link' },
      () => answerLinks.use(token, reason, credentials),
      ({ approval: { id, state, digest }, onBehalfOf }) => ({
        approvalId: id,
        state,
        digest,
        ...(onBehalfOf && { onBehalfOf }),
      }),
    );
    res.json(answered.approval);
  });

  router.get('/deputies', async (req, res) => {
    const credentials = await user(req);
    const query = parseInput(deputiesQuerySchema, req.query);
    res.json(await deputies.list(query, credentials));
  });

  router.post('/deputies', limited, async (req, res) => {
    const credentials = await user(req);
    const request = parseInput(deputyRequestSchema, req.body);
    const answered = await record(
      req,
      'approval-deputy-appoint',
      {
        deputy: request.deputy,
        from: request.from.toISOString(),
        until: request.until.toISOString(),
      },
      () =>
        deputies.appoint(request, {
          idempotencyKey: requireIdempotencyKey(req),
          credentials,
        }),
      ({ id }) => ({ deputyId: id }),
    );
    res.status(201).json(answered);
  });

  router.delete('/deputies/:id', limited, async (req, res) => {
    const credentials = await user(req);
    const { id } = req.params;
    await record(req, 'approval-deputy-end', { deputyId: id }, () =>
      deputies.end(id, credentials),
    );
    res.status(204).end();
  });

  router.post('/requests', requestsLimited, async (req, res) => {
    const service = await caller(req);
    const request = parseInput(approvalRequestSchema, req.body);
    const { subject, digest, requester } = request;
    const answered = await record(
      req,
      'approval-request',
      { kind: subject.kind, subjectId: subject.id, digest, requester },
      () =>
        requests.request(request, {
          caller: service,
          idempotencyKey: requireIdempotencyKey(req),
        }),
      ({ id, state }) => ({ approvalId: id, state }),
    );
    res.json(answered);
  });

  router.get('/requests/status', async (req, res) => {
    const service = await caller(req);
    const { subject, digest } = parseInput(statusQuerySchema, req.query);
    res.json(await requests.status(subject, digest, service));
  });

  router.post('/requests/withdraw', requestsLimited, async (req, res) => {
    const service = await caller(req);
    const withdrawal = parseInput(withdrawRequestSchema, req.body);
    const { subject, digest } = withdrawal;
    const answered = await record(
      req,
      'approval-withdraw',
      { kind: subject.kind, subjectId: subject.id, digest },
      () => requests.withdraw(withdrawal, service),
    );
    res.json(answered);
  });

  router.get('/outcomes', async (req, res) => {
    const service = await caller(req);
    const { consumer, limit } = parseInput(outcomesQuerySchema, req.query);
    res.json(await requests.outcomes(consumer, limit, service));
  });

  router.post('/outcomes/acknowledge', requestsLimited, async (req, res) => {
    const service = await caller(req);
    const { consumer, position } = parseInput(acknowledgeSchema, req.body);
    await record(
      req,
      'approval-outcomes-acknowledge',
      { consumer, position: `${position}` },
      () => requests.acknowledge(consumer, position, service),
    );
    res.status(204).end();
  });

  outer.use(tellOnlyWhoMay(options.auditor, createRights(options, caller)));
  return outer;
}
