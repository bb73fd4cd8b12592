import type {
  ScaffolderApi,
  ScaffolderTask,
} from '@backstage/plugin-scaffolder-react';
import { toError } from '@backstage/errors';
import type { TaskThings, TaskThingsApi } from '../tasks/TaskThingsApi';
import type { Need, Needs } from './loadNeeds';

/** Failed tasks that are older than this are history, no call to act. */
const TASK_MAX_AGE_MS = 14 * 86_400_000;
/** Of so many it can be asked at once what they made. */
const TASKS_LOOKED_AT = 50;
const SHOWN_AT_MOST = 20;

/**
 * The person's tasks that failed lately and still want something: not those whose work was done by
 * a later task, nor those of which everything was removed. Those that made nothing are news and no more.
 */
export async function failedTasks(
  scaffolderApi: Pick<ScaffolderApi, 'listTasks'>,
  thingsApi: TaskThingsApi,
): Promise<Needs> {
  const { tasks } = await scaffolderApi.listTasks({
    filterByOwnership: 'owned',
    limit: TASKS_LOOKED_AT,
  });
  const since = Date.now() - TASK_MAX_AGE_MS;
  const failed = tasks
    .filter(({ status, createdAt }) => {
      return status === 'failed' && Date.parse(createdAt) > since;
    })
    .filter(
      task =>
        !successorsOf(task, tasks).some(({ status }) => status === 'completed'),
    );
  const errors: Error[] = [];
  const made = await thingsApi.list(failed.map(({ id }) => id)).catch(error => {
    errors.push(toError(error));
    return undefined;
  });
  const needs = failed.flatMap(task => {
    const things = made?.find(({ taskId }) => taskId === task.id)?.things ?? [];
    const left = things.filter(({ state }) => state !== 'removed');
    const isRemoved = things.length > 0 && left.length === 0;
    const isTakenUp =
      made && left.length === 0 && successorsOf(task, tasks).length > 0;
    if (isRemoved || isTakenUp) {
      return [];
    }
    const isKnown = made !== undefined && !isRemoval(task);
    return [
      {
        key: `task:${task.id}`,
        title: titleOf(task),
        href: `/create/tasks/${encodeURIComponent(task.id)}`,
        status: 'failed',
        detail: isKnown ? detailOf(left) : 'It stopped. See why.',
        at: task.createdAt,
        isNews: isKnown && left.length === 0,
      },
    ];
  });
  const isToDo = ({ isNews }: Need) => !isNews;
  return {
    needs: [
      ...needs.filter(isToDo).slice(0, SHOWN_AT_MOST),
      ...needs.filter(need => !isToDo(need)),
    ],
    errors,
  };
}

/** Later tasks for the same thing: the same template, and the same name. */
function successorsOf(
  task: ScaffolderTask,
  tasks: ScaffolderTask[],
): ScaffolderTask[] {
  const name = nameOf(task);
  const template = task.spec.templateInfo?.entityRef;
  return name === undefined || template === undefined
    ? []
    : tasks.filter(
        other =>
          Date.parse(other.createdAt) > Date.parse(task.createdAt) &&
          other.spec.templateInfo?.entityRef === template &&
          nameOf(other) === name,
      );
}

function nameOf(task: ScaffolderTask): string | undefined {
  const { name, taskId } = task.spec.parameters;
  // The form that removes what a task made knows that task by its id.
  return [name, taskId].find(value => typeof value === 'string') as
    string | undefined;
}

function titleOf(task: ScaffolderTask): string {
  const template = task.spec.templateInfo?.entity?.metadata;
  const title = template?.title ?? template?.name ?? 'Golden path';
  const { name } = task.spec.parameters;
  return typeof name === 'string' && name ? `${title}: ${name}` : title;
}

/** A task that removes what another made, and makes nothing. */
function isRemoval({ spec }: ScaffolderTask): boolean {
  return typeof spec.parameters.taskId === 'string';
}

function detailOf(left: TaskThings['things']): string {
  return left.length > 0
    ? 'It stopped half way. See what was made and go on.'
    : 'It stopped before anything was made. See why.';
}
