import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type {
  AuditorService,
  AuthService,
  BackstageCredentials,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { InputError, NotFoundError } from '@backstage/errors';
import {
  audited,
  lazyOpenApiRouter,
  refuseOtherThanJson,
  refuseUnstorableText,
  requireIdempotencyKey,
  tellOnlyWhoMay,
  type ChangeLimit,
  type UserCredentials,
} from '@slipway/backend-utils';
import { parseInput } from '@slipway/input';
import {
  policyEvaluatePermission,
  policyReadPermission,
  policyRequestSchema,
  sweepCreatePermission,
  violationReadPermission,
  VIOLATIONS_EXPORT_MAX,
  waiverReadPermission,
  waiverRequestSchema,
} from '@slipway/plugin-policies-common';
import type { PolicyRequestCompletion } from '@slipway/plugin-policies-node';
import express, { type Request, type Router } from 'express';
import PromiseRouter from 'express-promise-router';
import type { Knex } from 'knex';
import {
  countViolations,
  eachViolation,
  getViolation,
  listViolations,
} from './database/listViolations';
import {
  complianceQuerySchema,
  endingSchema,
  eventsQuerySchema,
  exportQuerySchema,
  violationsQuerySchema,
  waiversQuerySchema,
} from './requestSchemas';
import { createRights, ONLY_THE_PLATFORM_TEAM } from './rights';
import { createOpenApiRouter } from './schema/openapi';
import type { Access } from './services/Access';
import { toPolicyRequest } from './services/asker';
import type { AnswerService } from './services/AnswerService';
import { toCsv, toJson } from './services/exportViolations';
import { forAsker } from './services/forAsker';
import type { ReadingService } from './services/ReadingService';
import type { WaiversService } from './services/waivers/WaiversService';
import { weighQuestion } from './services/weighQuestion';

const BODY_LIMIT = '2mb';
/** Of plugins: an entity with the definition of an API may be long, and comes as it was, too. What policies read is bounded by its type. */
const PLUGINS_BODY_LIMIT = '16mb';

/** @internal */
export interface RouterOptions {
  access: Access;
  auditor: AuditorService;
  auth: AuthService;
  catalog: CatalogService;
  changeLimit: ChangeLimit;
  completions: ReadonlyMap<string, PolicyRequestCompletion>;
  /** Sums over all days and owners. */
  complianceLimit: ChangeLimit;
  answers: AnswerService;
  /** Of a person who types. */
  evaluationLimit: ChangeLimit;
  /** Everything that is listed, read whole. */
  exportLimit: ChangeLimit;
  httpAuth: HttpAuthService;
  knex: Knex;
  reading: ReadingService;
  startSweep(cause: string, idempotencyKey?: string): Promise<void>;
  waivers: WaiversService;
}

/** The HTTP interface: validate, authorize, call a service. What does not hold is told only to who may make the request. */
export function createRouter(options: RouterOptions): Router {
  const { access, answers, knex, reading, waivers } = options;
  const outer = PromiseRouter();
  const ofPlugins = express.json({ limit: PLUGINS_BODY_LIMIT });
  outer.post('/evaluate', async (req, res, next) => {
    const credentials = await options.httpAuth.credentials(req);
    if (options.auth.isPrincipal(credentials, 'service')) {
      ofPlugins(req, res, next);
    } else {
      next();
    }
  });
  outer.use(express.json({ limit: BODY_LIMIT }));
  outer.use(refuseOtherThanJson());
  outer.use(refuseUnstorableText());
  // Before the contract's own check: this sentence names the field and the way out.
  outer.post('/waivers', (req, _res, next) => {
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

  const user = (req: Request) =>
    options.httpAuth.credentials(req, { allow: ['user'] });
  const anybody = (req: Request) =>
    options.httpAuth.credentials(req, { allow: ['user', 'service'] });
  const limited = options.changeLimit.middleware(user);
  const record = <T>(
    request: Request,
    eventId: string,
    meta: Record<string, string | boolean>,
    work: () => Promise<T>,
    done?: (answer: T) => Record<string, string>,
  ) => audited(options.auditor, { eventId, meta, request, done }, work);
  const assertReadsPolicies = (credentials: BackstageCredentials) =>
    access.assertHolds(
      credentials,
      policyReadPermission,
      'You may not see policies',
    );

  router.get('/policies', async (req, res) => {
    await assertReadsPolicies(await anybody(req));
    res.json(await reading.policies());
  });

  router.get('/policies/:name', async (req, res) => {
    await assertReadsPolicies(await anybody(req));
    res.json(await reading.policy(req.params.name));
  });

  router.get('/state', async (req, res) => {
    await assertReadsPolicies(await anybody(req));
    res.json(await reading.state());
  });

  router.get('/version', async (req, res) => {
    await assertReadsPolicies(await anybody(req));
    res.json(await reading.version());
  });

  router.post('/evaluate', async (req, res) => {
    const credentials = await anybody(req);
    await access.assertHolds(
      credentials,
      policyEvaluatePermission,
      'You may not ask the policies',
    );
    if (options.auth.isPrincipal(credentials, 'user')) {
      await options.evaluationLimit.countRequest(
        req,
        credentials.principal.userEntityRef,
        weighQuestion(req.body),
      );
    }
    const request = await toPolicyRequest(
      parseInput(policyRequestSchema, req.body),
      credentials,
      options,
    );
    const answer = await answers.answer(request, {
      withNotes: options.auth.isPrincipal(credentials, 'user'),
    });
    res.json(await forAsker(answer, credentials, options));
  });

  const violationsFilter = async (
    {
      mine,
      ...filter
    }: { mine?: boolean } & Parameters<typeof countViolations>[1],
    credentials: UserCredentials,
  ) => ({
    ...filter,
    ...(mine && { ownedBy: await access.ownershipOf(credentials) }),
  });
  const assertReadsViolations = (credentials: BackstageCredentials) =>
    access.assertHolds(
      credentials,
      violationReadPermission,
      'You may not see violations',
    );

  router.get('/violations', async (req, res) => {
    const credentials = await user(req);
    await assertReadsViolations(credentials);
    const query = parseInput(violationsQuerySchema, req.query);
    const { sort, offset, limit } = query;
    const filter = await violationsFilter(query, credentials);
    res.json(await listViolations(knex, { ...filter, sort, offset, limit }));
  });

  const exportsLimited = options.exportLimit.middleware(user);
  router.get('/violations/export', exportsLimited, async (req, res) => {
    const credentials = await user(req);
    await assertReadsViolations(credentials);
    const query = parseInput(exportQuerySchema, req.query);
    const filter = await violationsFilter(query, credentials);
    const count = await countViolations(knex, filter);
    if (count > VIOLATIONS_EXPORT_MAX) {
      throw new InputError(
        `${count} violations match, and ${VIOLATIONS_EXPORT_MAX} go into one export. Narrow it, for example by owner.`,
      );
    }
    const violations = eachViolation(knex, filter, query.sort);
    const isCsv = query.format === 'csv';
    const day = new Date().toISOString().slice(0, 10);
    res
      .status(200)
      .attachment(`violations-${day}.${query.format}`)
      .type(isCsv ? 'text/csv' : 'application/json')
      .set('cache-control', 'no-store');
    await pipeline(
      Readable.from(isCsv ? toCsv(violations) : toJson(violations)),
      res,
    );
  });

  router.get('/violations/:id', async (req, res) => {
    await assertReadsViolations(await user(req));
    const violation = await getViolation(knex, req.params.id);
    if (!violation) {
      throw new NotFoundError(
        `There is no violation ${req.params.id}: it complies now, or never was one. See what is open at /compliance.`,
      );
    }
    res.json(violation);
  });

  const complianceLimited = options.complianceLimit.middleware(user);
  router.get('/compliance', complianceLimited, async (req, res) => {
    const credentials = await user(req);
    await assertReadsViolations(credentials);
    const { mine, ...query } = parseInput(complianceQuerySchema, req.query);
    res.json(
      await reading.compliance({
        ...query,
        ...(mine && { ownedBy: await access.ownershipOf(credentials) }),
      }),
    );
  });

  router.post('/sweeps', limited, async (req, res) => {
    const credentials = await user(req);
    await record(req, 'policy-sweep', {}, async () => {
      await access.assertHolds(
        credentials,
        sweepCreatePermission,
        ONLY_THE_PLATFORM_TEAM,
      );
      await options.startSweep(
        credentials.principal.userEntityRef,
        req.header('idempotency-key'),
      );
    });
    res.status(202).json(await reading.state());
  });

  const assertReadsWaivers = (credentials: BackstageCredentials) =>
    access.assertHolds(
      credentials,
      waiverReadPermission,
      'You may not see waivers',
    );

  router.get('/waivers', async (req, res) => {
    const credentials = await user(req);
    await assertReadsWaivers(credentials);
    const query = parseInput(waiversQuerySchema, req.query);
    res.json(await waivers.list(query, credentials));
  });

  router.post('/waivers', limited, async (req, res) => {
    const credentials = await user(req);
    const request = parseInput(waiverRequestSchema, req.body);
    const { policy, owner, expiresAt } = request;
    const waiver = await record(
      req,
      'policy-waiver-request',
      { policy, owner, expiresAt },
      () =>
        waivers.request(request, {
          idempotencyKey: requireIdempotencyKey(req),
          credentials,
        }),
      ({ id, state }) => ({ waiverId: id, state }),
    );
    res.status(201).json(waiver);
  });

  router.get('/waivers/:id', async (req, res) => {
    const credentials = await user(req);
    await assertReadsWaivers(credentials);
    res.json(await waivers.get(req.params.id, credentials));
  });

  router.get('/waivers/:id/events', async (req, res) => {
    await assertReadsWaivers(await user(req));
    const { cursor } = parseInput(eventsQuerySchema, req.query);
    res.json(await waivers.events(req.params.id, cursor));
  });

  for (const ending of ['withdraw', 'end'] as const) {
    router.post(`/waivers/:id/${ending}`, limited, async (req, res) => {
      const credentials = await user(req);
      const { id } = req.params;
      const { reason } = parseInput(endingSchema, req.body ?? {});
      const waiver = await record(
        req,
        `policy-waiver-${ending}`,
        { waiverId: id },
        () => waivers[ending](id, reason, credentials),
        ({ policy, owner, state }) => ({ policy, owner, state }),
      );
      res.json(waiver);
    });
  }

  outer.use(tellOnlyWhoMay(options.auditor, createRights(options)));
  return outer;
}
