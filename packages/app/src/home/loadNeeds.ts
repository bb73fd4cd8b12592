import { type Entity, stringifyEntityRef } from '@backstage/catalog-model';
import type { AlphaEntity } from '@backstage/catalog-model/alpha';
import { toError } from '@backstage/errors';
import type { CatalogApi } from '@backstage/plugin-catalog-react';
import type { ScaffolderApi } from '@backstage/plugin-scaffolder-react';
import type { DatabasesApi } from '@slipway/plugin-databases';
import type { TaskThingsApi } from '../tasks/TaskThingsApi';
import { explainError, fileOf, withFile } from '../catalog/explainErrors';
import { failedTasks } from './failedTasks';
import { databasePath, entityPath } from './paths';

/** A team that owns more than this sees the errors of the first ones. */
const ENTITIES_LOOKED_AT = 500;
const SHOWN_AT_MOST = 20;

/** Something that waits for the person. */
export interface Need {
  /** Another one once there is something new to say of the same thing. */
  key: string;
  title: string;
  href: string;
  /** A word for the state, as the status badge knows it. */
  status: string;
  /** What is the case, in a line. */
  detail?: string;
  /** ISO 8601, where a time is known. */
  at?: string;
  /** Nothing has to be done about it. Several are one line. */
  isNews?: boolean;
  /** What can be decided in place. */
  approval?: { id: string; title: string };
}

/** What was found, and what could not be asked. */
export interface Needs {
  needs: Need[];
  /** Reasons why a source did not answer; the others' answers count all the same. */
  errors: Error[];
}

/** What the person has to look at: failed tasks, databases in trouble, entities with errors. */
export async function loadNeeds(options: {
  catalogApi: Pick<CatalogApi, 'queryEntities'>;
  scaffolderApi: Pick<ScaffolderApi, 'listTasks'>;
  taskThingsApi: TaskThingsApi;
  databasesApi: Pick<DatabasesApi, 'list'>;
  owners: string[];
}): Promise<Needs> {
  const sources = await Promise.allSettled([
    failedTasks(options.scaffolderApi, options.taskThingsApi),
    databasesInTrouble(options.databasesApi),
    entitiesWithErrors(options.catalogApi, options.owners),
  ]);
  return {
    needs: sources.flatMap(source =>
      source.status === 'fulfilled' ? source.value.needs : [],
    ),
    errors: sources.flatMap(source =>
      source.status === 'rejected'
        ? [toError(source.reason)]
        : source.value.errors,
    ),
  };
}

async function databasesInTrouble(
  databasesApi: Pick<DatabasesApi, 'list'>,
): Promise<Needs> {
  const { items } = await databasesApi.list({
    mine: true,
    attention: true,
    // Those that wait for an approval come last, and so take no room from others.
    sort: 'state',
    order: 'desc',
    limit: SHOWN_AT_MOST,
  });
  // Who decides is asked by the approval itself; whoever ordered it can only wait.
  const waits = ({ state, conditions }: (typeof items)[number]) =>
    state === 'awaiting-approval' && conditions.length === 0;
  const needs = items
    .filter(item => !waits(item))
    .map(database => {
      const { id, name, state, stateReason, operationId } = database;
      const [condition] = database.conditions;
      const isAsItShouldBe = state === 'ready' && !condition;
      const cause = condition ? `${condition.type}@${condition.since}` : state;
      return {
        key: `database:${id}:${operationId ?? ''}:${cause}`,
        title: `Database: ${name}`,
        href: databasePath(database),
        status: isAsItShouldBe ? 'needs-attention' : (condition?.type ?? state),
        detail:
          stateReason ??
          condition?.message ??
          (isAsItShouldBe
            ? `The last change to it failed; it works as before, in ${database.environment}.`
            : `A database in ${database.environment}.`),
        at: condition?.since ?? database.updatedAt,
      };
    });
  return { needs, errors: [] };
}

async function entitiesWithErrors(
  catalogApi: Pick<CatalogApi, 'queryEntities'>,
  owners: string[],
): Promise<Needs> {
  const { items } = await catalogApi.queryEntities({
    filter: { 'relations.ownedBy': owners },
    fields: [
      'kind',
      'metadata.name',
      'metadata.namespace',
      'metadata.title',
      'metadata.annotations',
      'status',
    ],
    limit: ENTITIES_LOOKED_AT,
  });
  const needs = items
    .flatMap(entity => {
      const error = firstErrorOf(entity);
      return error === undefined ? [] : [{ entity, error }];
    })
    .slice(0, SHOWN_AT_MOST)
    .map(({ entity, error }) => ({
      key: `entity:${stringifyEntityRef(entity)}:${error.slice(0, 100)}`,
      title: `${entity.kind}: ${entity.metadata.title ?? entity.metadata.name}`,
      href: entityPath(stringifyEntityRef(entity)),
      status: 'degraded',
      detail: `The catalog cannot take it in: ${withFile(explainError(error), fileOf(entity))}`,
    }));
  return { needs, errors: [] };
}

function firstErrorOf(entity: Entity): string | undefined {
  return (entity as AlphaEntity).status?.items?.find(
    ({ type, level }) =>
      type === 'backstage.io/catalog-processing' && level === 'error',
  )?.message;
}
