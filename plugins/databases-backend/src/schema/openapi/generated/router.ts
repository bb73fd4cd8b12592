// Generated from src/schema/openapi.yaml by "yarn generate". Do not edit.

/** The contract of this plugin's HTTP interface. */
export const spec = {
  openapi: '3.1.0',
  info: {
    title: 'databases',
    version: '1',
    description:
      'Orders, watches and removes databases, and hands out personal logins. Every route answers only what the caller may see. Times are ISO 8601 in UTC.',
    license: {
      name: 'Apache-2.0',
      url: 'http://www.apache.org/licenses/LICENSE-2.0.html',
    },
  },
  servers: [{ url: '/' }],
  paths: {
    '/options': {
      get: {
        operationId: 'GetOptions',
        description:
          'What the order form offers; environments, sizes and providers that are configured.',
        responses: {
          '200': { $ref: '#/components/responses/Options' },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/databases': {
      get: {
        operationId: 'ListDatabases',
        description: 'A page of the databases that the caller may see.',
        parameters: [
          {
            name: 'search',
            in: 'query',
            schema: { type: 'string', maxLength: 100 },
          },
          {
            name: 'engine',
            in: 'query',
            schema: {
              type: 'array',
              maxItems: 10,
              items: { type: 'string', maxLength: 30 },
            },
          },
          {
            name: 'environment',
            in: 'query',
            schema: {
              type: 'array',
              maxItems: 50,
              items: { type: 'string', maxLength: 30 },
            },
          },
          {
            name: 'owner',
            in: 'query',
            schema: {
              type: 'array',
              maxItems: 50,
              items: { type: 'string', maxLength: 200 },
            },
          },
          {
            name: 'mine',
            in: 'query',
            schema: { type: 'string', enum: ['true', 'false'] },
          },
          {
            name: 'attention',
            in: 'query',
            schema: { type: 'string', enum: ['true', 'false'] },
          },
          {
            name: 'sort',
            in: 'query',
            schema: {
              type: 'string',
              enum: ['name', 'environment', 'owner', 'state', 'createdAt'],
            },
          },
          {
            name: 'order',
            in: 'query',
            schema: { type: 'string', enum: ['asc', 'desc'] },
          },
          {
            name: 'offset',
            in: 'query',
            schema: { type: 'string', pattern: '^\\d{1,6}$' },
          },
          {
            name: 'limit',
            in: 'query',
            schema: { type: 'string', pattern: '^([1-9]\\d?|100)$' },
          },
        ],
        responses: {
          '200': {
            description: 'A page.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['items', 'totalItems'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/Database' },
                    },
                    totalItems: { type: 'integer' },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
      post: {
        operationId: 'CreateDatabase',
        description:
          'Orders a database. The same key with the same body answers with the first order; a name that is taken in the environment answers 409.',
        parameters: [{ $ref: '#/components/parameters/IdempotencyKey' }],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { $ref: '#/components/schemas/DatabaseRequest' },
            },
          },
        },
        responses: {
          '202': { $ref: '#/components/responses/Accepted' },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/databases/by-name/{environment}/{name}': {
      get: {
        operationId: 'GetDatabaseByName',
        parameters: [
          {
            name: 'environment',
            in: 'path',
            required: true,
            schema: { type: 'string', maxLength: 100 },
          },
          {
            name: 'name',
            in: 'path',
            required: true,
            schema: { type: 'string', maxLength: 100 },
          },
        ],
        responses: {
          '200': { $ref: '#/components/responses/Database' },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/databases/{id}': {
      get: {
        operationId: 'GetDatabase',
        parameters: [{ $ref: '#/components/parameters/Id' }],
        responses: {
          '200': { $ref: '#/components/responses/Database' },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/databases/{id}/events': {
      get: {
        operationId: 'ListEvents',
        description: 'The timeline, oldest first, 200 at a time.',
        parameters: [
          { $ref: '#/components/parameters/Id' },
          {
            name: 'cursor',
            in: 'query',
            schema: { type: 'string', pattern: '^\\d{1,19}$' },
          },
        ],
        responses: {
          '200': {
            description: 'A page.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['items'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/Event' },
                    },
                    nextCursor: { type: 'string' },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/databases/{id}/suspend': {
      post: {
        operationId: 'SuspendDatabase',
        description: 'Turns logins off; the data stays.',
        parameters: [
          { $ref: '#/components/parameters/Id' },
          { $ref: '#/components/parameters/IdempotencyKey' },
        ],
        responses: {
          '202': { $ref: '#/components/responses/Accepted' },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/databases/{id}/resume': {
      post: {
        operationId: 'ResumeDatabase',
        description: 'Turns logins on again and proves that they work.',
        parameters: [
          { $ref: '#/components/parameters/Id' },
          { $ref: '#/components/parameters/IdempotencyKey' },
        ],
        responses: {
          '202': { $ref: '#/components/responses/Accepted' },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/databases/{id}/retry': {
      post: {
        operationId: 'RetryDatabase',
        description:
          'Tries again what failed, or goes on where the outcome was not known.',
        parameters: [
          { $ref: '#/components/parameters/Id' },
          { $ref: '#/components/parameters/IdempotencyKey' },
        ],
        responses: {
          '202': { $ref: '#/components/responses/Accepted' },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/databases/{id}/give-up': {
      post: {
        operationId: 'GiveUpDatabase',
        description:
          'Ends an operation whose outcome is not known, so that what it left can be cleaned.',
        parameters: [
          { $ref: '#/components/parameters/Id' },
          { $ref: '#/components/parameters/IdempotencyKey' },
        ],
        responses: {
          '202': { $ref: '#/components/responses/Accepted' },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/databases/{id}/rotate': {
      post: {
        operationId: 'RotateCredentials',
        description:
          'Gives the application a new login and turns the old one off at once. The way out when a sealing key is lost or a password became known.',
        parameters: [
          { $ref: '#/components/parameters/Id' },
          { $ref: '#/components/parameters/IdempotencyKey' },
        ],
        responses: {
          '202': { $ref: '#/components/responses/Accepted' },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/databases/{id}/delete': {
      post: {
        operationId: 'DeleteDatabase',
        description:
          'What failed is cleaned away. What is ready is suspended and kept for the grace period. What is suspended and past its grace period is purged, when its name is given.',
        parameters: [
          { $ref: '#/components/parameters/Id' },
          { $ref: '#/components/parameters/IdempotencyKey' },
        ],
        requestBody: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: {
                  confirmName: {
                    type: 'string',
                    description: 'The name of the database; needed to purge.',
                  },
                },
              },
            },
          },
        },
        responses: {
          '202': { $ref: '#/components/responses/Accepted' },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/databases/{id}/personal-logins': {
      get: {
        operationId: 'ListPersonalLogins',
        description: 'Who holds logins, the newest first, at most 200.',
        parameters: [{ $ref: '#/components/parameters/Id' }],
        responses: {
          '200': {
            description: 'The logins, without passwords.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['items'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/PersonalLogin' },
                    },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
      post: {
        operationId: 'CreatePersonalLogin',
        description:
          'Makes a login for the caller. The password is in this answer and nowhere else: a lost answer means a new login.',
        parameters: [{ $ref: '#/components/parameters/Id' }],
        requestBody: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: {
                  access: {
                    type: 'string',
                    description: 'read-only (default) or read-write',
                  },
                  hours: { type: 'number' },
                  reason: { type: 'string' },
                },
              },
            },
          },
        },
        responses: {
          '201': {
            description: 'The login with its password, once.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['login', 'endpoint', 'password'],
                  properties: {
                    login: { $ref: '#/components/schemas/PersonalLogin' },
                    endpoint: { $ref: '#/components/schemas/Endpoint' },
                    password: { type: 'string' },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/databases/{id}/personal-logins/{loginId}': {
      delete: {
        operationId: 'RevokePersonalLogin',
        description: "Ends the login's sessions and removes it.",
        parameters: [
          { $ref: '#/components/parameters/Id' },
          {
            name: 'loginId',
            in: 'path',
            required: true,
            schema: { type: 'string', format: 'uuid' },
          },
        ],
        responses: {
          '204': { description: 'Revoked.' },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/operations/{operationId}': {
      get: {
        operationId: 'GetOperation',
        parameters: [
          {
            name: 'operationId',
            in: 'path',
            required: true,
            schema: { type: 'string', format: 'uuid' },
          },
        ],
        responses: {
          '200': {
            description: 'The operation with its steps.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/Operation' },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/catalog-entities': {
      get: {
        operationId: 'ListCatalogEntities',
        description:
          'Entities of all databases that are not deleted, for the catalog. Services only.',
        parameters: [
          {
            name: 'cursor',
            in: 'query',
            schema: { type: 'string', format: 'uuid' },
          },
          {
            name: 'limit',
            in: 'query',
            schema: { type: 'string', pattern: '^([1-9]\\d{0,2}|1000)$' },
          },
        ],
        responses: {
          '200': {
            description: 'A page.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['items', 'nextCursor'],
                  properties: {
                    items: {
                      type: 'array',
                      items: {
                        type: 'object',
                        required: ['entityRef', 'entity'],
                        properties: {
                          entityRef: { type: 'string' },
                          entity: { type: ['object', 'null'] },
                        },
                      },
                    },
                    nextCursor: { type: ['string', 'null'] },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
  },
  components: {
    parameters: {
      Id: {
        name: 'id',
        in: 'path',
        required: true,
        schema: { type: 'string', format: 'uuid' },
      },
      IdempotencyKey: {
        name: 'Idempotency-Key',
        in: 'header',
        required: true,
        description:
          'Chosen by the caller, new for each new request; a UUID is a good one.',
        schema: { type: 'string', minLength: 1, maxLength: 255 },
      },
    },
    responses: {
      Error: {
        description:
          'What is wrong, naming the field where there is one, and how to mend it.',
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['error'],
              properties: {
                error: {
                  type: 'object',
                  required: ['name', 'message'],
                  properties: {
                    name: { type: 'string' },
                    message: { type: 'string' },
                  },
                },
              },
            },
          },
        },
      },
      Database: {
        description: 'The database.',
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/Database' },
          },
        },
      },
      Accepted: {
        description: 'The database and the operation that is under way.',
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['database', 'operation'],
              properties: {
                database: { $ref: '#/components/schemas/Database' },
                operation: { $ref: '#/components/schemas/Operation' },
              },
            },
          },
        },
      },
      Options: {
        description: 'The options.',
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: [
                'environments',
                'sizes',
                'providers',
                'personalLogins',
              ],
              properties: {
                environments: { type: 'array', items: { type: 'object' } },
                sizes: { type: 'array', items: { type: 'object' } },
                providers: { type: 'array', items: { type: 'object' } },
                personalLogins: { type: 'object' },
              },
            },
          },
        },
      },
    },
    schemas: {
      DatabaseRequest: {
        type: 'object',
        description:
          'name, engine (postgres, mysql, mongodb, redis), size (small, medium, large, xlarge), environment and owner (a group) are needed. Fields that are not known are refused.',
        properties: {
          name: { type: 'string' },
          engine: { type: 'string' },
          version: { type: 'string' },
          size: { type: 'string' },
          environment: { type: 'string' },
          owner: { type: 'string' },
          description: { type: 'string' },
        },
      },
      Endpoint: {
        type: 'object',
        required: ['host', 'port', 'database', 'tls'],
        properties: {
          host: { type: 'string' },
          port: { type: 'integer' },
          database: { type: 'string' },
          tls: { type: 'boolean' },
        },
      },
      Money: {
        type: 'object',
        required: ['amount', 'currency'],
        properties: {
          amount: { type: 'number' },
          currency: { type: 'string' },
        },
      },
      Database: {
        type: 'object',
        required: [
          'id',
          'name',
          'environment',
          'engine',
          'size',
          'owner',
          'state',
          'entityRef',
          'revision',
          'createdBy',
          'createdAt',
          'updatedAt',
        ],
        properties: {
          id: { type: 'string' },
          name: { type: 'string' },
          environment: { type: 'string' },
          engine: { type: 'string' },
          version: { type: 'string' },
          size: { type: 'string' },
          limits: {
            type: 'object',
            properties: {
              storageGiB: { type: 'number' },
              connectionLimit: { type: 'integer' },
              statementTimeoutSeconds: { type: 'integer' },
            },
          },
          owner: { type: 'string' },
          description: { type: 'string' },
          state: { type: 'string' },
          stateReason: { type: 'string' },
          conditions: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                type: { type: 'string' },
                message: { type: 'string' },
                since: { type: 'string' },
              },
            },
          },
          provider: {
            type: 'object',
            properties: { id: { type: 'string' }, title: { type: 'string' } },
          },
          endpoint: { $ref: '#/components/schemas/Endpoint' },
          pricePerMonth: { $ref: '#/components/schemas/Money' },
          entityRef: { type: 'string' },
          revision: { type: 'integer' },
          operationId: { type: 'string' },
          purgeAfter: { type: 'string' },
          createdBy: { type: 'string' },
          createdAt: { type: 'string' },
          updatedAt: { type: 'string' },
        },
      },
      Event: {
        type: 'object',
        required: ['id', 'type', 'message', 'createdAt'],
        properties: {
          id: { type: 'string' },
          type: { type: 'string' },
          message: { type: 'string' },
          actor: { type: 'string' },
          operationId: { type: 'string' },
          createdAt: { type: 'string' },
        },
      },
      Operation: {
        type: 'object',
        required: [
          'id',
          'databaseId',
          'type',
          'title',
          'state',
          'steps',
          'actor',
          'createdAt',
        ],
        properties: {
          id: { type: 'string' },
          databaseId: { type: 'string' },
          type: { type: 'string' },
          title: { type: 'string' },
          state: { type: 'string' },
          steps: { type: 'array', items: { type: 'object' } },
          error: { type: 'object' },
          actor: { type: 'string' },
          pausedScope: { type: 'string' },
          wakeAt: { type: 'string' },
          createdAt: { type: 'string' },
          finishedAt: { type: 'string' },
        },
      },
      PersonalLogin: {
        type: 'object',
        required: [
          'id',
          'databaseId',
          'user',
          'username',
          'access',
          'state',
          'createdAt',
          'expiresAt',
        ],
        properties: {
          id: { type: 'string' },
          databaseId: { type: 'string' },
          user: { type: 'string' },
          username: { type: 'string' },
          access: { type: 'string' },
          state: { type: 'string' },
          createdAt: { type: 'string' },
          expiresAt: { type: 'string' },
          revokedAt: { type: 'string' },
        },
      },
    },
  },
};
