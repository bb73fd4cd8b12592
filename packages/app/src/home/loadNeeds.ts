import { type Entity, stringifyEntityRef } from '@backstage/catalog-model';
import type { AlphaEntity } from '@backstage/catalog-model/alpha';
import { toError } from '@backstage/errors';
import type { CatalogApi } from '@backstage/plugin-catalog-react';
import type { ScaffolderApi } from '@backstage/plugin-scaffolder-react';
import type { DatabasesApi } from '@slipway/plugin-databases';
import { databasePath, entityPath } from './paths';

/** Failed tasks that are older than this are history, no call to act. */
const TASK_MAX_AGE_MS = 14 * 86_400_000;
/** A team that owns more than this sees the errors of the first ones. */
const ENTITIES_LOOKED_AT = 500;
const SHOWN_AT_MOST = 20;

/** Something that waits for the person. */
export interface Need {
  key: string;
  title: string;
  href: string;
  /** A word for the state, as the status badge knows it. */
  status: string;
  /** What is the case, in a line. */
  detail?: string;
  /** ISO 8601, where a time is known. */
  at?: string;
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
  databasesApi: Pick<DatabasesApi, 'list'>;
  owners: string[];
}): Promise<Needs> {
  const sources = await Promise.allSettled([
    failedTasks(options.scaffolderApi),
    databasesInTrouble(options.databasesApi),
    entitiesWithErrors(options.catalogApi, options.owners),
  ]);
  return {
    needs: sources.flatMap(source =>
      source.status === 'fulfilled' ? source.value : [],
    ),
    errors: sources.flatMap(source =>
      source.status === 'rejected' ? [toError(source.reason)] : [],
    ),
  };
}

async function failedTasks(
  scaffolderApi: Pick<ScaffolderApi, 'listTasks'>,
): Promise<Need[]> {
  const { tasks } = await scaffolderApi.listTasks({
    filterByOwnership: 'owned',
    limit: 50,
  });
  const since = Date.now() - TASK_MAX_AGE_MS;
  return tasks
    .filter(
      task => task.status === 'failed' && Date.parse(task.createdAt) > since,
    )
    .slice(0, SHOWN_AT_MOST)
    .map(task => {
      const template = task.spec.templateInfo?.entity?.metadata;
      const name = task.spec.parameters.name;
      return {
        key: `task:${task.id}`,
        title: template?.title ?? template?.name ?? 'Golden path',
        href: `/create/tasks/${encodeURIComponent(task.id)}`,
        status: 'failed',
        detail:
          typeof name === 'string'
            ? `Creating ${name} stopped. See what was made and go on.`
            : 'It stopped. See what was made and go on.',
        at: task.createdAt,
      };
    });
}

async function databasesInTrouble(
  databasesApi: Pick<DatabasesApi, 'list'>,
): Promise<Need[]> {
  const { items } = await databasesApi.list({
    mine: true,
    attention: true,
    limit: SHOWN_AT_MOST,
  });
  return items.map(database => ({
    key: `database:${database.id}`,
    title: database.name,
    href: databasePath(database),
    status: database.conditions[0]?.type ?? database.state,
    detail:
      database.stateReason ??
      database.conditions[0]?.message ??
      `A database in ${database.environment}`,
    at: database.conditions[0]?.since ?? database.updatedAt,
  }));
}

async function entitiesWithErrors(
  catalogApi: Pick<CatalogApi, 'queryEntities'>,
  owners: string[],
): Promise<Need[]> {
  const { items } = await catalogApi.queryEntities({
    filter: { 'relations.ownedBy': owners },
    fields: [
      'kind',
      'metadata.name',
      'metadata.namespace',
      'metadata.title',
      'status',
    ],
    limit: ENTITIES_LOOKED_AT,
  });
  return items
    .flatMap(entity => {
      const error = firstErrorOf(entity);
      return error === undefined ? [] : [{ entity, error }];
    })
    .slice(0, SHOWN_AT_MOST)
    .map(({ entity, error }) => ({
      key: `entity:${stringifyEntityRef(entity)}`,
      title: entity.metadata.title ?? entity.metadata.name,
      href: entityPath(stringifyEntityRef(entity)),
      status: 'degraded',
      detail: `The catalog cannot read it: ${error}`,
    }));
}

function firstErrorOf(entity: Entity): string | undefined {
  return (entity as AlphaEntity).status?.items?.find(
    ({ type, level }) =>
      type === 'backstage.io/catalog-processing' && level === 'error',
  )?.message;
}
