import type { AuthService } from '@backstage/backend-plugin-api';
import {
  ANNOTATION_ORIGIN_LOCATION,
  parseEntityRef,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import { ConflictError, InputError } from '@backstage/errors';
import type { ScmIntegrations } from '@backstage/integration';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { retryWhatPasses } from '../lib/retryWhatPasses';
import type { StepContext } from '../lib/StepContext';
import { unwrapResponse } from '../lib/unwrapResponse';
import type { Things } from '../things/Things';
import { registerExamples } from './register.examples';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 3_000;

/**
 * Registers a file in the catalog and waits until its entity is there.
 *
 * @remarks
 *
 * Unlike `catalog:register` it may be repeated: a location that is registered
 * already is what was asked for. A name that another place claims is refused.
 * While the git host or the catalog is away for a moment, it waits.
 */
export function createRegisterAction(options: {
  auth: AuthService;
  catalog: CatalogService;
  /** The catalog for registering with a person's own token for the host. */
  catalogWithToken(token: string): Pick<CatalogService, 'addLocation'>;
  integrations: ScmIntegrations;
  things: Things;
  /** How long a host or a catalog that is away is waited for. */
  patienceMs?: number;
}) {
  const { auth, catalog, integrations, things } = options;
  return createTemplateAction({
    id: 'slipway:catalog:register',
    description:
      'Registers a catalog-info.yaml and waits until its entity can be opened. May be repeated.',
    examples: registerExamples,
    supportsDryRun: true,
    schema: {
      input: {
        catalogInfoUrl: z =>
          z.string({ description: 'The address of the file' }).url().optional(),
        repoContentsUrl: z =>
          z
            .string({
              description: 'Or: the root of a branch of the repository',
            })
            .url()
            .optional(),
        catalogInfoPath: z =>
          z
            .string({
              description: 'The file in it. Default: catalog-info.yaml',
            })
            .optional(),
        entityRef: z =>
          z
            .string({
              description:
                'The entity to wait for. Default: the Component in it',
            })
            .optional(),
        token: z =>
          z
            .string({
              description: `The requester's own token for the host, from secrets: by it the host tells whether they may read the file.`,
            })
            .optional(),
        waitSeconds: z =>
          z
            .number({
              description: 'How long to wait for it at most. Default: 60',
            })
            .int()
            .min(0)
            .max(600)
            .optional(),
      },
      output: {
        entityRef: z => z.string({ description: 'The entity' }),
        catalogInfoUrl: z => z.string({ description: 'The file' }),
      },
    },
    async handler(ctx) {
      const url = addressOf(ctx.input, integrations);
      ctx.output('catalogInfoUrl', url);
      if (ctx.isDryRun) {
        ctx.logger.info(`${url} would be registered in the catalog.`);
        if (ctx.input.entityRef) {
          ctx.output('entityRef', ctx.input.entityRef);
        }
        return;
      }
      const entityRef = await things.report(ctx, async () => {
        await refreshKnown(ctx, url);
        const registered = await ctx.checkpoint({
          key: `register.${url}`,
          fn: () =>
            retryWhatPasses(
              ctx,
              () => ensureRegistered(ctx, url, ctx.input.token),
              options.patienceMs,
            ),
        });
        const wanted = ctx.input.entityRef
          ? stringifyEntityRef(parseEntityRef(ctx.input.entityRef))
          : registered;
        await waitForEntity(ctx, wanted, (ctx.input.waitSeconds ?? 60) * 1_000);
        return wanted;
      });
      ctx.output('entityRef', entityRef);
    },
  });

  /**
   * A portal that was killed may have claimed the location for processing:
   * without this the catalog looks at it again only after its interval.
   */
  async function refreshKnown(ctx: StepContext, target: string) {
    const credentials = await ctx.getInitiatorCredentials();
    const known = await catalog.getLocationByRef(`url:${target}`, {
      credentials,
    });
    if (!known) {
      return;
    }
    try {
      // A location has no owner, so nobody but administrators may refresh one. What it is about may be registered by this person.
      await catalog.refreshEntity(known.entityRef, {
        credentials: await auth.getOwnServiceCredentials(),
      });
    } catch (error) {
      // It is registered all the same, and appears later.
      ctx.logger.warn(`The catalog could not be asked to look again: ${error}`);
    }
  }

  async function ensureRegistered(
    ctx: StepContext,
    target: string,
    token: string | undefined,
  ): Promise<string> {
    const credentials = await ctx.getInitiatorCredentials();
    const registrar = token ? options.catalogWithToken(token) : catalog;
    const existing = await catalog.getLocationByRef(`url:${target}`, {
      credentials,
    });
    // A dry run reads the file, and says what is wrong with it.
    const { entities } = await unwrapResponse(
      'The catalog',
      registrar.addLocation(
        { type: 'url', target, dryRun: true },
        { credentials },
      ),
    );
    const main =
      entities.find(entity => entity.kind === 'Component') ?? entities[0];
    if (!main) {
      throw new InputError(
        `${target} holds no entity. Describe at least one in it.`,
      );
    }
    if (existing) {
      ctx.logger.info(`${target} is registered already.`);
      const own = await things.own(ctx, 'location', target);
      if (own?.state === 'intended') {
        // We registered it, and crashed before we could note that.
        await things.confirm(own, {
          url: target,
          details: { locationId: existing.id },
        });
      }
      return stringifyEntityRef(main);
    }
    await refuseTakenNames(ctx, entities, target);

    const thing = await things.claim(ctx, {
      kind: 'location',
      ref: target,
      title: `Location ${target}`,
      exists: false,
      isOurs: () => false,
    });
    try {
      const { location } = await unwrapResponse(
        'The catalog',
        registrar.addLocation({ type: 'url', target }, { credentials }),
      );
      await things.confirm(thing, {
        url: target,
        details: { locationId: location.id },
      });
    } catch (error) {
      const found = await catalog.getLocationByRef(`url:${target}`, {
        credentials,
      });
      if (found && !(error instanceof ConflictError)) {
        // Only the answer was lost: it was not there when we asked for it.
        await things.confirm(thing, {
          url: target,
          details: { locationId: found.id },
        });
      } else {
        await things.forget(thing);
        // Somebody else registered the same file in the meantime: that is success too.
        if (!found) {
          throw error;
        }
      }
    }
    return stringifyEntityRef(main);
  }

  async function refuseTakenNames(
    ctx: StepContext,
    entities: Entity[],
    target: string,
  ): Promise<void> {
    const credentials = await ctx.getInitiatorCredentials();
    const { items } = await catalog.getEntitiesByRefs(
      {
        entityRefs: entities.map(entity => stringifyEntityRef(entity)),
        fields: ['kind', 'metadata'],
      },
      { credentials },
    );
    for (const taken of items) {
      const place = taken?.metadata.annotations?.[ANNOTATION_ORIGIN_LOCATION];
      if (taken && place !== `url:${target}`) {
        throw new ConflictError(
          `${stringifyEntityRef(taken)} is claimed by two places: by ${place ?? 'another source'} already, and now by url:${target}. Rename one of them.`,
        );
      }
    }
  }

  async function waitForEntity(
    ctx: StepContext,
    entityRef: string,
    limitMs: number,
  ): Promise<void> {
    const credentials = await ctx.getInitiatorCredentials();
    const deadline = Date.now() + limitMs;
    let pause = FIRST_PAUSE_MS;
    while (!(await catalog.getEntityByRef(entityRef, { credentials }))) {
      const left = deadline - Date.now();
      if (left <= 0) {
        ctx.logger.warn(
          `${entityRef} is registered, but the catalog has not shown it within ${limitMs / 1_000} s. It will appear by itself.`,
        );
        return;
      }
      await sleep(Math.min(pause, left), undefined, { signal: ctx.signal });
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
    ctx.logger.info(`${entityRef} is in the catalog.`);
  }
}

function addressOf(
  input: {
    catalogInfoUrl?: string;
    repoContentsUrl?: string;
    catalogInfoPath?: string;
  },
  integrations: ScmIntegrations,
): string {
  const { catalogInfoUrl, repoContentsUrl, catalogInfoPath } = input;
  if (catalogInfoUrl) {
    return catalogInfoUrl;
  }
  if (!repoContentsUrl) {
    throw new InputError(
      'catalogInfoUrl and repoContentsUrl are missing. Give one of them.',
    );
  }
  const integration = integrations.byUrl(repoContentsUrl);
  if (!integration) {
    throw new InputError(
      `repoContentsUrl names ${new URL(repoContentsUrl).host}, which this portal is not integrated with.`,
    );
  }
  // Relative to the branch: what is absolute to a repository is not resolved
  // the same on every host.
  return integration.resolveUrl({
    base: repoContentsUrl.replace(/\/*$/, '/'),
    url: (catalogInfoPath ?? 'catalog-info.yaml').replace(/^\/+/, ''),
  });
}
