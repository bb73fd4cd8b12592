import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import { ResponseError } from '@backstage/errors';
import type { UserCredentials } from '@slipway/backend-utils';
import type { Handover } from '@slipway/plugin-access-common';
import { z } from 'zod';

const MOST = 100;
const TIMEOUT_MS = 10_000;

const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), totalItems: z.number() });
const databasesSchema = page(
  z.object({
    id: z.string(),
    name: z.string(),
    environment: z.string(),
    state: z.string(),
  }),
);
const loginsSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      access: z.string(),
      expiresAt: z.string(),
      database: z.object({ name: z.string(), environment: z.string() }),
    }),
  ),
});
const deputiesSchema = page(
  z.object({
    id: z.string(),
    person: z.string(),
    deputy: z.string(),
    until: z.string(),
  }),
);
const approvalsSchema = page(
  z.object({
    id: z.string(),
    title: z.string(),
    requester: z.string(),
    owner: z.string(),
    rule: z.array(z.object({ groups: z.array(z.string()) })),
  }),
);
const waiversSchema = page(
  z.object({
    id: z.string(),
    policyTitle: z.string(),
    scope: z.object({
      name: z.string().optional(),
      owner: z.string().optional(),
      entityRef: z.string().optional(),
    }),
    owner: z.string(),
    requester: z.string(),
    state: z.string(),
    expiresAt: z.string(),
  }),
);

/** Asks the plugins that know what people and groups hold, with the caller's rights. */
export class OtherPlugins {
  readonly #deps: { auth: AuthService; discovery: DiscoveryService };

  static create(deps: {
    auth: AuthService;
    discovery: DiscoveryService;
  }): OtherPlugins {
    return new OtherPlugins(deps);
  }

  private constructor(deps: {
    auth: AuthService;
    discovery: DiscoveryService;
  }) {
    this.#deps = deps;
  }

  async databasesOf(
    subject: string,
    credentials: UserCredentials,
  ): Promise<Handover['databases']> {
    const query = new URLSearchParams({ owner: subject, limit: `${MOST}` });
    return databasesSchema.parse(
      await this.#get('databases', `/databases?${query}`, credentials),
    );
  }

  /** Logins that are live. They end by themselves. */
  async loginsOf(
    subject: string,
    credentials: UserCredentials,
  ): Promise<Handover['logins']> {
    const query = new URLSearchParams({ person: subject });
    const { items } = loginsSchema.parse(
      await this.#get('databases', `/personal-logins?${query}`, credentials),
    );
    return firstOf(
      items.map(({ database, ...login }) => ({
        ...login,
        name: database.name,
        environment: database.environment,
      })),
    );
  }

  /** Appointments that have not ended, made by or given to the person. */
  deputiesOf(
    subject: string,
    credentials: UserCredentials,
  ): Promise<Handover['deputies']> {
    return this.deputies(credentials, { person: subject });
  }

  /** A page of the appointments that have not ended. */
  async deputies(
    credentials: UserCredentials,
    query: { person?: string; offset?: string },
  ) {
    const params = new URLSearchParams({
      all: 'true',
      open: 'true',
      limit: `${MOST}`,
      ...query,
    });
    return deputiesSchema.parse(
      await this.#get('approvals', `/deputies?${params}`, credentials),
    );
  }

  async approvalsOf(
    subject: string,
    credentials: UserCredentials,
  ): Promise<Handover['approvals']> {
    const { items, totalItems } = await this.approvals(credentials, {
      party: subject,
    });
    return {
      items: items.map(({ id, title, requester, owner }) => ({
        id,
        title,
        part: partOf(subject, { requester, owner, otherwise: 'decides' }),
      })),
      totalItems,
    };
  }

  /** A page of the open requests for approval. */
  async approvals(
    credentials: UserCredentials,
    query: { party?: string; offset?: string },
  ) {
    const params = new URLSearchParams({
      open: 'true',
      limit: `${MOST}`,
      ...query,
    });
    return approvalsSchema.parse(
      await this.#get('approvals', `/approvals?${params}`, credentials),
    );
  }

  async waiversOf(
    subject: string,
    credentials: UserCredentials,
  ): Promise<NonNullable<Handover['waivers']>> {
    const { items, totalItems } = await this.waivers(credentials, {
      party: subject,
    });
    return {
      items: items.map(
        ({ id, policyTitle, scope, owner, requester, state, expiresAt }) => ({
          id,
          title: `${policyTitle}, for ${scope.name ?? scope.entityRef ?? 'all of its owner'}`,
          part: partOf(subject, { requester, owner, otherwise: '' }),
          isGranted: state === 'granted',
          expiresAt,
        }),
      ),
      totalItems,
    };
  }

  /** A page of the open waivers. */
  async waivers(
    credentials: UserCredentials,
    query: { party?: string; offset?: string },
  ) {
    const params = new URLSearchParams({ limit: `${MOST}`, ...query });
    for (const state of ['requested', 'granted']) params.append('state', state);
    return waiversSchema.parse(
      await this.#get('policies', `/waivers?${params}`, credentials),
    );
  }

  async #get(
    pluginId: string,
    path: string,
    credentials: UserCredentials,
  ): Promise<unknown> {
    const { auth, discovery } = this.#deps;
    const { token } = await auth.getPluginRequestToken({
      onBehalfOf: credentials,
      targetPluginId: pluginId,
    });
    const response = await fetch(
      `${await discovery.getBaseUrl(pluginId)}${path}`,
      {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
    );
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response.json();
  }
}

/** What is said in the place of what could not be asked. */
export function whyUnknown(error: unknown): string {
  return `Could not be asked: ${error instanceof Error ? error.message : 'unknown'}`;
}

function firstOf<T>(items: T[]): { items: T[]; totalItems: number } {
  return { items: items.slice(0, MOST), totalItems: items.length };
}

function partOf(
  subject: string,
  parts: { requester: string; owner: string; otherwise: string },
): string {
  if (subject === parts.requester) return 'asked for it';
  return subject === parts.owner ? 'owns the thing' : parts.otherwise;
}
