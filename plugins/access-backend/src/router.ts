import type {
  AuditorService,
  HttpAuthService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import {
  AuthorizeResult,
  type BasicPermission,
} from '@backstage/plugin-permission-common';
import {
  audited,
  ChangeLimit,
  lazyOpenApiRouter,
  refuseUnstorableText,
  tellOnlyWhoMay,
} from '@slipway/backend-utils';
import { parseInput } from '@slipway/input';
import {
  accessHandoverReadPermission,
  accessPeopleReadPermission,
  accessSelfReadPermission,
} from '@slipway/plugin-access-common';
import type { Request, Router } from 'express';
import PromiseRouter from 'express-promise-router';
import {
  handoverQuerySchema,
  holdersQuerySchema,
  permissionsQuerySchema,
  subjectParamsSchema,
} from './requestSchemas';
import { createOpenApiRouter } from './schema/openapi';
import type { AccessService } from './services/AccessService';
import type { HandoverService } from './services/HandoverService';
import type { OrphansService } from './services/OrphansService';
import type { RolesService } from './services/RolesService';

/** Lists that one person may have put together by one replica in a minute: each asks all plugins and goes through the catalog. */
const LISTS_PER_MINUTE = 20;

/** @internal */
export interface RouterOptions {
  access: AccessService;
  auditor: AuditorService;
  handover: HandoverService;
  httpAuth: HttpAuthService;
  orphans: OrphansService;
  permissions: PermissionsService;
  roles: RolesService;
}

/** The HTTP interface: authorize, validate, call a service. Nothing is changed here. What does not hold is told only to who may make the request. */
export function createRouter(options: RouterOptions): Router {
  const { access, auditor, handover, httpAuth, orphans, permissions, roles } =
    options;
  const outer = PromiseRouter();
  outer.use(refuseUnstorableText());
  const router = lazyOpenApiRouter(() =>
    createOpenApiRouter({
      // The contract's own test does it; here it would cost a tenth of a second at every start.
      validatorOptions: { validateApiSpec: false },
    }),
  );
  outer.use(router);

  async function authorized(req: Request, permission: BasicPermission) {
    const credentials = await httpAuth.credentials(req, { allow: ['user'] });
    const [decision] = await permissions.authorize([{ permission }], {
      credentials,
    });
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw new NotAllowedError(
        `This takes the permission ${permission.name}, which you do not have. GET /api/access/me says what you may do; ask an administrator for what you need to know.`,
      );
    }
    return credentials;
  }
  const lookUp = <T>(
    request: Request,
    eventId: string,
    meta: Record<string, string>,
    work: () => Promise<T>,
  ) => audited(auditor, { eventId, meta, request }, work);

  router.get('/me', async (req, res) => {
    const credentials = await authorized(req, accessSelfReadPermission);
    const query = parseInput(permissionsQuerySchema, req.query);
    res.json(await access.ofCaller(credentials, query));
  });

  router.get('/people/:kind/:namespace/:name', async (req, res) => {
    const { principal } = await authorized(req, accessPeopleReadPermission);
    const { kind, namespace, name } = parseInput(
      subjectParamsSchema,
      req.params,
    );
    const query = parseInput(permissionsQuerySchema, req.query);
    const subject = `${kind}:${namespace}/${name}`.toLowerCase();
    const answer = () => access.of(subject, query);
    res.json(
      subject === principal.userEntityRef
        ? await answer()
        : await lookUp(req, 'access-look-up', { subject }, answer),
    );
  });

  router.get('/permissions', async (req, res) => {
    await authorized(req, accessPeopleReadPermission);
    const query = parseInput(permissionsQuerySchema, req.query);
    res.json(await roles.listPermissions(query));
  });

  router.get('/permissions/:permission', async (req, res) => {
    await authorized(req, accessPeopleReadPermission);
    const { permission } = req.params;
    const { cursor } = parseInput(holdersQuerySchema, req.query);
    res.json(
      await lookUp(req, 'access-holders', { permission }, () =>
        roles.holdersOf(permission, cursor),
      ),
    );
  });

  router.get('/roles', async (req, res) => {
    await authorized(req, accessPeopleReadPermission);
    res.json(await roles.list());
  });

  const limited = ChangeLimit.create({
    perMinute: LISTS_PER_MINUTE,
    what: 'lists of what people and groups hold',
  }).middleware(req => httpAuth.credentials(req, { allow: ['user'] }));

  router.get('/handover', limited, async (req, res) => {
    const credentials = await authorized(req, accessHandoverReadPermission);
    const { subject } = parseInput(handoverQuerySchema, req.query);
    res.json(
      await lookUp(req, 'access-handover', { subject }, () =>
        handover.of(subject, credentials),
      ),
    );
  });

  router.get('/orphans', limited, async (req, res) => {
    const credentials = await authorized(req, accessHandoverReadPermission);
    res.json(await orphans.list(credentials));
  });

  const others = (req: Request) => authorized(req, accessPeopleReadPermission);
  outer.use(
    tellOnlyWhoMay(auditor, {
      'GET /people/:kind/:namespace/:name': {
        eventId: 'access-look-up',
        may: others,
      },
      'GET /permissions': { eventId: 'access-permissions', may: others },
      'GET /permissions/:permission': {
        eventId: 'access-holders',
        meta: ({ permission }) => ({ permission }),
        may: others,
      },
      'GET /handover': {
        eventId: 'access-handover',
        may: req => authorized(req, accessHandoverReadPermission),
      },
    }),
  );
  return outer;
}
