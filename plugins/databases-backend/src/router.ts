import type {
  AuditorService,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import type { Entity } from '@backstage/catalog-model';
import { NotAllowedError, NotFoundError } from '@backstage/errors';
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
  deletionRequestSchema,
  extendRequestSchema,
  foreignNameSchema,
  handOnRequestSchema,
  personalLoginRequestSchema,
  providerPauseRequestSchema,
  type DatabaseQuota,
  resizeRequestSchema,
  restoreRequestSchema,
} from '@slipway/plugin-databases-common';
import express, { type Request, type Router } from 'express';
import PromiseRouter from 'express-promise-router';
import { begun, handedOn, ordered } from './auditedMeta';
import {
  backupsQuerySchema,
  catalogEntitiesQuerySchema,
  costExportQuerySchema,
  costRowsQuerySchema,
  costsQuerySchema,
  eventsQuerySchema,
  healthQuerySchema,
  loginsOfPersonSchema,
  nothingSchema,
  querySchema,
  quotaQuerySchema,
} from './requestSchemas';
import { CHANGES, createRights } from './rights';
import type { CostsService } from './costs/CostsService';
import { toCsv } from './costs/exportCosts';
import type { HealthService } from './health/HealthService';
import { createOpenApiRouter } from './schema/openapi';
import { jsonSchemaOf } from './events/schemas';
import type { Access } from './services/Access';
import type { BackupsService } from './services/BackupsService';
import type { BlastRadiusService } from './services/BlastRadiusService';
import type { ChangesService } from './services/ChangesService';
import type { DatabasesService } from './services/DatabasesService';
import type { HandOnService } from './services/HandOnService';
import type { ImportsService } from './services/ImportsService';
import type { OrdersService } from './services/OrdersService';
import type { PausesService } from './services/PausesService';
import type { PersonalLoginsService } from './services/PersonalLoginsService';
import type { RotationService } from './services/RotationService';
import type { QuotaPlace } from './services/quotas';
import type { toOptions } from './services/toOptions';

const BODY_LIMIT = '100kb';
/** Passwords that one person is shown by one replica in a minute. */
const LOGINS_PER_MINUTE = 10;
/** Each is a question to the server of the tenants. */
const SLOW_QUERIES_PER_MINUTE = 60;
/** Sums over all months and databases. */
const COSTS_PER_MINUTE = 60;

/** @internal */
export interface RouterOptions {
  access: Access;
  httpAuth: HttpAuthService;
  changeLimit: ChangeLimit;
  auditor: AuditorService;
  databases: DatabasesService;
  orders: OrdersService;
  changes: ChangesService;
  handingOn: HandOnService;
  logins: PersonalLoginsService;
  pauses: PausesService;
  backups: BackupsService;
  health: HealthService;
  rotation: RotationService;
  blastRadius: BlastRadiusService;
  costs: CostsService;
  imports: ImportsService;
  options(): ReturnType<typeof toOptions>;
  quota(place: QuotaPlace): Promise<DatabaseQuota | undefined>;
  catalogEntities(page: { cursor?: string; limit: number }): Promise<{
    items: { entityRef: string; entity: Entity | null }[];
    nextCursor: string | null;
  }>;
}

/** The HTTP interface: validate, authorize, call a service. What does not hold is told only to who may make the request. */
export function createRouter(options: RouterOptions): Router {
  const { access, httpAuth, databases, orders, changes, logins, pauses } =
    options;
  const outer = PromiseRouter();
  outer.use(express.json({ limit: BODY_LIMIT }));
  outer.use(refuseOtherThanJson());
  outer.use(refuseUnstorableText());
  // Before the contract's own check: these sentences name the field and the way out.
  outer.post(
    [
      '/databases',
      ...[...CHANGES, 'delete', 'extend', 'owner', 'resize', 'restore'].map(
        type => `/databases/:id/${type}`,
      ),
    ],
    (req, _res, next) => {
      requireIdempotencyKey(req);
      next();
    },
  );
  outer.post('/databases', async (req, _res, next) => {
    orders.parse(req.body);
    next();
  });
  outer.post('/databases/:id/resize', async (req, _res, next) => {
    parseInput(resizeRequestSchema, req.body);
    next();
  });
  outer.post('/databases/:id/extend', async (req, _res, next) => {
    parseInput(extendRequestSchema, req.body);
    next();
  });
  outer.post('/databases/:id/restore', async (req, _res, next) => {
    parseInput(restoreRequestSchema, req.body);
    next();
  });
  outer.post('/databases/:id/owner', async (req, _res, next) => {
    parseInput(handOnRequestSchema, req.body);
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
  const user = (req: Request) => httpAuth.credentials(req, { allow: ['user'] });
  const anyone = (req: Request) =>
    httpAuth.credentials(req, { allow: ['user', 'service'] });
  const limited = options.changeLimit.middleware(user);
  const loginsLimited = ChangeLimit.create({
    perMinute: LOGINS_PER_MINUTE,
    what: 'logins',
  }).middleware(user);

  router.get('/options', async (req, res) => {
    await access.assertMaySeeOptions(await anyone(req));
    res.json(await options.options());
  });

  router.get('/event-schemas/:name', async (req, res) => {
    await access.assertMaySeeOptions(await anyone(req));
    const { name } = req.params;
    const schema = jsonSchemaOf(name);
    if (!schema) {
      throw new NotFoundError(`There is no schema with the name '${name}'`);
    }
    res.json(schema);
  });

  router.get('/quota', async (req, res) => {
    await access.assertMaySeeOptions(await anyone(req));
    const place = parseInput(quotaQuerySchema, req.query);
    res.json({ quota: await options.quota(place) });
  });

  router.get('/databases', async (req, res) => {
    const credentials = await anyone(req);
    const query = parseInput(querySchema, req.query);
    res.json(await databases.list(query, credentials));
  });

  router.post('/databases', limited, async (req, res) => {
    const credentials = await user(req);
    const request = orders.parse(req.body);
    const { name, environment, owner } = request;
    const { accepted } = await record(
      req,
      'database-create',
      { name, environment, owner },
      () =>
        orders.order(request, {
          idempotencyKey: requireIdempotencyKey(req),
          credentials,
          source: 'api',
        }),
      ordered,
    );
    res.status(202).json(accepted);
  });

  router.get('/databases/by-name/:environment/:name', async (req, res) => {
    const { environment, name } = req.params;
    res.json(await databases.getByName(environment, name, await anyone(req)));
  });

  router.get('/databases/:id', async (req, res) => {
    res.json(await databases.get(req.params.id, await anyone(req)));
  });

  router.get('/databases/:id/events', async (req, res) => {
    const { cursor } = parseInput(eventsQuerySchema, req.query);
    res.json(await databases.events(req.params.id, cursor, await anyone(req)));
  });

  router.get('/operations/:operationId', async (req, res) => {
    const { operationId } = req.params;
    res.json(await databases.operation(operationId, await anyone(req)));
  });

  for (const type of CHANGES) {
    router.post(`/databases/:id/${type}`, limited, async (req, res) => {
      const credentials = await user(req);
      const { id } = req.params;
      parseInput(nothingSchema, req.body ?? {});
      const answer = await record(
        req,
        `database-${type}`,
        await databases.subject(id),
        () =>
          changes.change(
            id,
            { type },
            { idempotencyKey: requireIdempotencyKey(req), credentials },
          ),
        begun,
      );
      res.status(202).json(answer);
    });
  }

  router.post('/databases/:id/delete', limited, async (req, res) => {
    const credentials = await user(req);
    const { id } = req.params;
    const request = parseInput(deletionRequestSchema, req.body ?? {});
    const { confirmName, confirmInUse, withoutBackup, reason } = request;
    const answer = await record(
      req,
      'database-delete',
      {
        ...(await databases.subject(id)),
        named: confirmName !== undefined,
        ...(confirmInUse && { inUse: true }),
        ...(withoutBackup && { withoutBackup }),
        ...(reason && { reason }),
      },
      () =>
        changes.change(
          id,
          { type: 'delete', ...request },
          { idempotencyKey: requireIdempotencyKey(req), credentials },
        ),
      begun,
    );
    res.status(202).json(answer);
  });

  router.get('/databases/:id/health', async (req, res) => {
    const { days } = parseInput(healthQuerySchema, req.query);
    const { id } = req.params;
    res.json(await options.health.get(id, days, await anyone(req)));
  });

  const slowQueriesLimited = ChangeLimit.create({
    perMinute: SLOW_QUERIES_PER_MINUTE,
    what: 'looks at slow statements',
  }).middleware(user);
  router.get(
    '/databases/:id/slow-queries',
    slowQueriesLimited,
    async (req, res) => {
      const { id } = req.params;
      const answer = await options.health.slowQueries(id, await user(req));
      // They name tables, and are for who asked.
      res.set('cache-control', 'no-store').json(answer);
    },
  );

  router.get('/databases/:id/blast-radius', async (req, res) => {
    res.json(await options.blastRadius.get(req.params.id, await anyone(req)));
  });

  router.get('/databases/:id/backups', async (req, res) => {
    const { cursor } = parseInput(backupsQuerySchema, req.query);
    res.json(
      await options.backups.list(req.params.id, cursor, await anyone(req)),
    );
  });

  router.get('/databases/:id/rotation', async (req, res) => {
    res.json(await options.rotation.get(req.params.id, await anyone(req)));
  });

  router.post('/databases/:id/resize', limited, async (req, res) => {
    const credentials = await user(req);
    const { id } = req.params;
    const request = parseInput(resizeRequestSchema, req.body);
    const answer = await record(
      req,
      'database-resize',
      { ...(await databases.subject(id)), ...request },
      () =>
        changes.change(
          id,
          { type: 'resize', ...request },
          { idempotencyKey: requireIdempotencyKey(req), credentials },
        ),
      begun,
    );
    res.status(202).json(answer);
  });

  router.post('/databases/:id/extend', limited, async (req, res) => {
    const credentials = await user(req);
    const { id } = req.params;
    const request = parseInput(extendRequestSchema, req.body);
    const answer = await record(
      req,
      'database-extend',
      { ...(await databases.subject(id)), ...request },
      () =>
        changes.change(
          id,
          { type: 'extend', ...request },
          { idempotencyKey: requireIdempotencyKey(req), credentials },
        ),
      begun,
    );
    res.status(202).json(answer);
  });

  router.post('/databases/:id/restore', limited, async (req, res) => {
    const credentials = await user(req);
    const { id } = req.params;
    const request = parseInput(restoreRequestSchema, req.body);
    const answer = await record(
      req,
      'database-restore',
      { ...(await databases.subject(id)), backupId: request.backupId },
      () =>
        changes.change(
          id,
          { type: 'restore', ...request },
          { idempotencyKey: requireIdempotencyKey(req), credentials },
        ),
      begun,
    );
    res.status(202).json(answer);
  });

  router.post('/databases/:id/owner', limited, async (req, res) => {
    const credentials = await user(req);
    const { id } = req.params;
    const request = parseInput(handOnRequestSchema, req.body);
    const { accepted } = await record(
      req,
      'database-hand-on',
      { ...(await databases.subject(id)), ...request },
      () =>
        options.handingOn.handOn(id, request, {
          idempotencyKey: requireIdempotencyKey(req),
          credentials,
        }),
      handedOn,
    );
    res.status(202).json(accepted);
  });

  router.get('/databases/:id/personal-logins', async (req, res) => {
    res.json({ items: await logins.list(req.params.id, await user(req)) });
  });

  router.post(
    '/databases/:id/personal-logins',
    limited,
    loginsLimited,
    async (req, res) => {
      const credentials = await user(req);
      const { id } = req.params;
      const request = parseInput(personalLoginRequestSchema, req.body ?? {});
      const answer = await record(
        req,
        'personal-login-create',
        { ...(await databases.subject(id)), access: request.access },
        () => logins.create(id, request, credentials),
      );
      // Shown once: no cache on the way may keep it.
      res.set('cache-control', 'no-store').status(201).json(answer);
    },
  );

  router.delete(
    '/databases/:id/personal-logins/:loginId',
    limited,
    async (req, res) => {
      const credentials = await user(req);
      const { id, loginId } = req.params;
      await record(
        req,
        'personal-login-revoke',
        { ...(await databases.subject(id)), loginId },
        () => logins.revoke(id, loginId, credentials),
      );
      res.status(204).end();
    },
  );

  // Of what the caller may see: each adds up what the list would show.
  const costsLimited = ChangeLimit.create({
    perMinute: COSTS_PER_MINUTE,
    what: 'looks at costs',
  }).middleware(user);
  router.get('/costs', costsLimited, async (req, res) => {
    const { by, ...query } = parseInput(costsQuerySchema, req.query);
    res.json(await options.costs.sum(query, by, await user(req)));
  });

  router.get('/costs/rows', costsLimited, async (req, res) => {
    const { offset, limit, ...query } = parseInput(
      costRowsQuerySchema,
      req.query,
    );
    const page = { offset, limit };
    res.json(await options.costs.rows(query, page, await user(req)));
  });

  router.get('/costs/export', costsLimited, async (req, res) => {
    const { format, ...query } = parseInput(costExportQuerySchema, req.query);
    const rows = await options.costs.all(query, await user(req));
    res.attachment(`database-costs-${query.from}-${query.to}.${format}`);
    res.set('cache-control', 'no-store');
    if (format === 'csv') {
      res.type('text/csv; charset=utf-8').send(toCsv(rows));
    } else {
      res.type('application/json').send(JSON.stringify(rows));
    }
  });

  router.get('/costs/idle', costsLimited, async (req, res) => {
    res.json(await options.costs.idle(await user(req)));
  });

  router.get('/personal-logins', async (req, res) => {
    const credentials = await user(req);
    const { person } = parseInput(loginsOfPersonSchema, req.query);
    res.json({ items: await logins.listOf(person, credentials) });
  });

  router.get('/imports', async (req, res) => {
    res.json(await options.imports.servers(await user(req)));
  });

  router.get('/imports/:providerId', async (req, res) => {
    const { providerId } = req.params;
    res.json(await options.imports.list(providerId, await user(req)));
  });

  router.get('/imports/:providerId/:name', async (req, res) => {
    const { providerId, name } = req.params;
    const credentials = await user(req);
    // A look names other teams' logins, so that who looked is kept.
    const report = await record(
      req,
      'database-inspect',
      { providerId, name },
      () =>
        options.imports.inspect(
          providerId,
          parseInput(foreignNameSchema, name),
          credentials,
        ),
    );
    res.json(report);
  });

  router.get('/pauses', async (req, res) => {
    res.json({ items: await pauses.list(await user(req)) });
  });

  router.put('/pauses/:providerId', limited, async (req, res) => {
    const credentials = await user(req);
    const { providerId } = req.params;
    const { reason } = parseInput(providerPauseRequestSchema, req.body);
    const answer = await record(
      req,
      'provider-pause',
      { providerId, reason },
      () => pauses.pause(providerId, reason, credentials),
    );
    res.json(answer);
  });

  router.delete('/pauses/:providerId', limited, async (req, res) => {
    const credentials = await user(req);
    const { providerId } = req.params;
    await record(req, 'provider-unpause', { providerId }, () =>
      pauses.unpause(providerId, credentials),
    );
    res.status(204).end();
  });

  router.get('/catalog-entities', async (req, res) => {
    const credentials = await httpAuth.credentials(req, { allow: ['service'] });
    // A service sees all or nothing: narrowed, the catalog would take for gone what it is not shown.
    if (await access.readable(credentials)) {
      throw new NotAllowedError('This service may not see all databases');
    }
    const page = parseInput(catalogEntitiesQuerySchema, req.query);
    res.json(await options.catalogEntities(page));
  });

  outer.use(tellOnlyWhoMay(options.auditor, createRights(options)));
  return outer;
}
