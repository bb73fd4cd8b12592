import type {
  AuditorService,
  AuthService,
  HttpAuthService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  assertDirectPerson,
  ChangeLimit,
  lazyOpenApiRouter,
} from '@slipway/backend-utils';
import { auditEventReadPermission } from '@slipway/plugin-audit-common';
import type { Request, Router } from 'express';
import PromiseRouter from 'express-promise-router';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  eventsQuerySchema,
  exportQuerySchema,
  parseQuery,
} from './requestSchemas';
import { createOpenApiRouter } from './schema/openapi';
import type { TrailService } from './services/TrailService';

/** A period is read whole. */
const EXPORTS_PER_MINUTE = 6;
const BEGINNING = '1970-01-01T00:00:00.000Z';

/** @internal */
export interface RouterOptions {
  auditor: AuditorService;
  auth: AuthService;
  httpAuth: HttpAuthService;
  permissions: PermissionsService;
  trail: TrailService;
}

/** The HTTP interface: authorize, validate, call the service. */
export function createRouter(options: RouterOptions): Router {
  const { auditor, auth, httpAuth, permissions, trail } = options;
  const outer = PromiseRouter();
  // First of all: what somebody may not read is not validated for them either.
  outer.use(async (req, _res, next) => {
    await authorize(req);
    next();
  });
  // Page by page the trail is taken away as by an export.
  outer.get(['/events', '/export'], async req => {
    assertDirectPerson(
      auth,
      await httpAuth.credentials(req, { allow: ['user'] }),
      'Only people read and export the audit trail, with a session of their own. An agent does not; open Audit in the portal.',
    );
    return 'next';
  });
  const router = lazyOpenApiRouter(() =>
    createOpenApiRouter({
      // The contract's own test does it; here it would cost a tenth of a second at every start.
      validatorOptions: { validateApiSpec: false },
    }),
  );
  outer.use(router);

  async function authorize(req: Request): Promise<void> {
    const credentials = await httpAuth.credentials(req, { allow: ['user'] });
    const [decision] = await permissions.authorize(
      [{ permission: auditEventReadPermission }],
      { credentials },
    );
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw new NotAllowedError(
        'Only administrators may read the audit trail. Ask the platform team for what you need to know.',
      );
    }
  }

  router.get('/events', async (req, res) => {
    res.json(await trail.list(parseQuery(eventsQuerySchema, req.query)));
  });

  router.get('/state', async (_req, res) => {
    res.json(await trail.state());
  });

  const exportsLimited = ChangeLimit.create({
    perMinute: EXPORTS_PER_MINUTE,
    what: 'exports',
  }).middleware(req => httpAuth.credentials(req, { allow: ['user'] }));

  router.get('/export', exportsLimited, async (req, res) => {
    const query = parseQuery(exportQuerySchema, req.query);
    const period = {
      from: query.from ?? BEGINNING,
      to: query.to ?? new Date().toISOString(),
    };
    const event = await auditor.createEvent({
      eventId: 'trail-export',
      severityLevel: 'medium',
      request: req,
      meta: period,
    });
    try {
      res
        .status(200)
        .attachment(
          `audit-${period.from.slice(0, 10)}-${period.to.slice(0, 10)}.jsonl`,
        )
        .type('application/jsonl')
        .set('cache-control', 'no-store');
      await pipeline(Readable.from(withNewlines(trail.export(period))), res);
      await event.success();
    } catch (error) {
      await event.fail({ error: error as Error });
      throw error;
    }
  });

  return outer;
}

async function* withNewlines(lines: AsyncIterable<string>) {
  for await (const line of lines) {
    yield `${line}\n`;
  }
}
