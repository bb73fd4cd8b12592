import type {
  AuthService,
  BackstageCredentials,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import {
  databaseEventsPageSchema,
  databaseOperationSchema,
  databaseSchema,
  personalLoginsPageSchema,
  type Database,
  type DatabaseEventsPage,
  type DatabaseOperation,
  type DatabaseRequest,
  type PersonalLogin,
} from '@slipway/plugin-databases-common';
import { z } from 'zod';

const TIMEOUT_MS = 30_000;

const orderSchema = z.object({
  database: databaseSchema,
  operation: databaseOperationSchema,
});

/** Talks to the databases plugin as the person whose task it is. */
export class DatabasesClient {
  readonly #discovery: DiscoveryService;
  readonly #auth: AuthService;

  static create(options: {
    discovery: DiscoveryService;
    auth: AuthService;
  }): DatabasesClient {
    return new DatabasesClient(options);
  }

  private constructor(options: {
    discovery: DiscoveryService;
    auth: AuthService;
  }) {
    this.#discovery = options.discovery;
    this.#auth = options.auth;
  }

  /** Orders a database. The same key with the same request orders it once. */
  async order(
    request: DatabaseRequest,
    options: { idempotencyKey: string; credentials: BackstageCredentials },
  ): Promise<{ database: Database; operation: DatabaseOperation }> {
    return this.#send(orderSchema, 'POST', '/databases', options, request);
  }

  /** `undefined` when there is none of this name. */
  async findByName(
    environment: string,
    name: string,
    options: { credentials: BackstageCredentials },
  ): Promise<Database | undefined> {
    const path = `/databases/by-name/${encodeURIComponent(environment)}/${encodeURIComponent(name)}`;
    return this.#orUndefined(this.#send(databaseSchema, 'GET', path, options));
  }

  async findById(
    id: string,
    options: { credentials: BackstageCredentials },
  ): Promise<Database | undefined> {
    const path = `/databases/${encodeURIComponent(id)}`;
    return this.#orUndefined(this.#send(databaseSchema, 'GET', path, options));
  }

  async getOperation(
    id: string,
    options: { credentials: BackstageCredentials },
  ): Promise<DatabaseOperation> {
    const path = `/operations/${encodeURIComponent(id)}`;
    return this.#send(databaseOperationSchema, 'GET', path, options);
  }

  /** Who was given a login of their own, also such as have ended; everybody's for owners of the database. */
  async listPersonalLogins(
    id: string,
    options: { credentials: BackstageCredentials },
  ): Promise<PersonalLogin[]> {
    const path = `/databases/${encodeURIComponent(id)}/personal-logins`;
    return (await this.#send(personalLoginsPageSchema, 'GET', path, options))
      .items;
  }

  /** A page of the timeline, the oldest first. */
  async listEvents(
    id: string,
    options: { cursor?: string; credentials: BackstageCredentials },
  ): Promise<DatabaseEventsPage> {
    const { cursor } = options;
    const query = cursor ? `?${new URLSearchParams({ cursor })}` : '';
    const path = `/databases/${encodeURIComponent(id)}/events${query}`;
    return this.#send(databaseEventsPageSchema, 'GET', path, options);
  }

  /** Deletes a database; its data is kept for the grace period. */
  async delete(
    id: string,
    options: { idempotencyKey: string; credentials: BackstageCredentials },
  ): Promise<DatabaseOperation> {
    const path = `/databases/${encodeURIComponent(id)}/delete`;
    return (await this.#send(orderSchema, 'POST', path, options, {})).operation;
  }

  async #orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof NotFoundError) {
        return undefined;
      }
      throw error;
    }
  }

  async #send<T extends z.ZodType>(
    schema: T,
    method: 'GET' | 'POST',
    path: string,
    options: { idempotencyKey?: string; credentials: BackstageCredentials },
    body?: unknown,
  ): Promise<z.output<T>> {
    const [baseUrl, { token }] = await Promise.all([
      this.#discovery.getBaseUrl('databases'),
      this.#auth.getPluginRequestToken({
        onBehalfOf: options.credentials,
        targetPluginId: 'databases',
      }),
    ]);
    let response: Response;
    try {
      response = await fetch(`${baseUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(options.idempotencyKey && {
            'idempotency-key': options.idempotencyKey,
          }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      throw new ServiceUnavailableError(
        'The databases service does not answer. Try again when it does.',
        error,
      );
    }
    const text = await response.text();
    if (!response.ok) {
      throw toError(response.status, text);
    }
    return schema.parse(text ? JSON.parse(text) : {});
  }
}

const errorSchema = z.object({ error: z.object({ message: z.string() }) });

function toError(status: number, text: string): Error {
  const message =
    errorSchema.safeParse(parseJson(text)).data?.error.message ??
    `The databases service answered ${status}.`;
  switch (status) {
    case 400:
      return new InputError(message);
    case 401:
    case 403:
      return new NotAllowedError(message);
    case 404:
      return new NotFoundError(message);
    case 409:
      return new ConflictError(message);
    default:
      return new ServiceUnavailableError(message);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not from the plugin but from something in front of it.
    return undefined;
  }
}
