import {
  LoggerService,
  SchedulerServiceTaskRunner,
} from '@backstage/backend-plugin-api';
import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  Entity,
} from '@backstage/catalog-model';
import { stringifyError } from '@backstage/errors';
import {
  EntityProvider,
  EntityProviderConnection,
} from '@backstage/plugin-catalog-node';
import { EventsService } from '@backstage/plugin-events-node';

/** The topic on which the databases plugin hints that something changed. */
export const DATABASES_EVENTS_TOPIC = 'slipway.databases';

/** Hints come in bursts: one reading answers all that arrive in this time. */
const GATHER_HINTS_MS = 200;

/**
 * Mirrors the databases of the portal as Resource entities.
 *
 * @remarks
 * The databases plugin is the truth. It is read as a whole on a schedule, and at once when a hint arrives; a hint may
 * get lost, the schedule makes up for it. When the plugin cannot be read, what is known stays.
 *
 * @public
 */
export class SlipwayDatabasesProvider implements EntityProvider {
  readonly #read: () => Promise<Entity[]>;
  readonly #schedule: SchedulerServiceTaskRunner;
  readonly #events: EventsService;
  readonly #logger: LoggerService;
  #connection?: EntityProviderConnection;
  #failing = false;
  #running?: Promise<void>;
  #again?: Promise<void>;

  static create(options: {
    /** Reads all entities; rejects when it cannot read every one. */
    read: () => Promise<Entity[]>;
    schedule: SchedulerServiceTaskRunner;
    events: EventsService;
    logger: LoggerService;
  }): SlipwayDatabasesProvider {
    return new SlipwayDatabasesProvider(options);
  }

  private constructor(options: {
    read: () => Promise<Entity[]>;
    schedule: SchedulerServiceTaskRunner;
    events: EventsService;
    logger: LoggerService;
  }) {
    this.#read = options.read;
    this.#schedule = options.schedule;
    this.#events = options.events;
    this.#logger = options.logger;
  }

  getProviderName(): string {
    return 'slipway-databases';
  }

  async connect(connection: EntityProviderConnection): Promise<void> {
    this.#connection = connection;
    await this.#events.subscribe({
      // One replica is enough: what it writes is everybody's.
      id: 'slipway-databases-provider',
      topics: [DATABASES_EVENTS_TOPIC],
      onEvent: () => this.refresh(),
    });
    await this.#schedule.run({
      id: 'slipway-databases-provider:refresh',
      fn: () => this.refresh(),
    });
  }

  /**
   * Reads everything after this moment, and resolves when that is in the catalog. Calls that arrive while one is
   * waiting share its reading. Never rejects.
   */
  async refresh(): Promise<void> {
    if (!this.#running) {
      this.#running = this.#refreshSoon().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    // The one that runs may have read before the change that we are told about.
    this.#again ??= this.#running.then(() => {
      this.#again = undefined;
      return this.refresh();
    });
    return this.#again;
  }

  async #refreshSoon(): Promise<void> {
    await new Promise(resolve => setTimeout(resolve, GATHER_HINTS_MS));
    try {
      const entities = await this.#read();
      await this.#connection?.applyMutation({
        type: 'full',
        entities: entities.map(entity => ({
          entity: withLocation(entity),
          locationKey: this.getProviderName(),
        })),
      });
      if (this.#failing) {
        this.#logger.info('Databases are mirrored into the catalog again');
        this.#failing = false;
      }
    } catch (error) {
      // Said once, not each minute.
      if (!this.#failing) {
        this.#logger.warn(
          `Databases cannot be mirrored into the catalog; what it knows stays as it is: ${stringifyError(error)}`,
        );
        this.#failing = true;
      }
    }
  }
}

function withLocation(entity: Entity): Entity {
  const id = entity.metadata.annotations?.['slipway.dev/database-id'];
  const location = `slipway-databases:${id}`;
  return {
    ...entity,
    metadata: {
      ...entity.metadata,
      annotations: {
        ...entity.metadata.annotations,
        [ANNOTATION_LOCATION]: location,
        [ANNOTATION_ORIGIN_LOCATION]: location,
      },
    },
  };
}
