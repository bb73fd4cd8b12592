import { useApi } from '@backstage/frontend-plugin-api';
import {
  scaffolderApiRef,
  type ScaffolderTask,
  useTaskEventStream,
} from '@backstage/plugin-scaffolder-react';
import { ButtonLink } from '@backstage/ui';
import { ErrorState } from '@slipway/ui';
import { useId } from 'react';
import { useParams } from 'react-router-dom';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import styles from './TaskOutcome.module.css';
import {
  type TaskThing,
  type TaskThings,
  taskThingsApiRef,
} from './TaskThingsApi';
import { TaskThingsList } from './TaskThingsList';

/** What a task that failed or was cancelled has made, and the two ways on. Shows nothing for any other task. */
export function TaskOutcome() {
  const { taskId = '' } = useParams();
  const { completed } = useTaskEventStream(taskId);
  const scaffolderApi = useApi(scaffolderApiRef);
  const thingsApi = useApi(taskThingsApiRef);
  const { value, error, retry } = useAsyncRetry(async () => {
    if (!completed) {
      return undefined;
    }
    const task = await scaffolderApi.getTask(taskId);
    if (task.status !== 'failed' && task.status !== 'cancelled') {
      return undefined;
    }
    const [made] = await thingsApi.list([taskId]);
    return { task, made };
  }, [completed, scaffolderApi, thingsApi, taskId]);

  if (error) {
    return (
      <div className={styles.place}>
        <ErrorState
          title="What this task made could not be loaded"
          error={error}
          onRetry={retry}
        />
      </div>
    );
  }
  return value ? <Outcome {...value} /> : null;
}

function Outcome(props: {
  task: ScaffolderTask;
  made: TaskThings | undefined;
}) {
  const { task, made } = props;
  const headingId = useId();
  const things = made?.things ?? [];
  const again = startOverPath(task);
  return (
    <section
      className={styles.place}
      aria-labelledby={headingId}
      // Upstream's own buttons for this make way, see taskExtensions.module.css.
      data-task-outcome
    >
      <div className={styles.panel}>
        <h2 id={headingId} className={styles.heading}>
          This task stopped before it was done
        </h2>
        <p className={styles.text}>{summary(things)}</p>
        {things.length > 0 && <TaskThingsList things={things} />}
        <div className={styles.actions}>
          {again && (
            <ButtonLink href={again} variant="primary">
              Start over
            </ButtonLink>
          )}
          {made?.removalPath && (
            <ButtonLink href={made.removalPath} variant="secondary">
              Remove what was made…
            </ButtonLink>
          )}
        </div>
      </div>
    </section>
  );
}

function summary(things: TaskThing[]): string {
  if (things.length === 0) {
    return 'It made nothing, or a later task went on with it. "Start over" keeps your answers.';
  }
  const areRemoved = things.every(({ state }) => state === 'removed');
  if (
    things.some(({ kind, state }) => kind === 'database' && state === 'removed')
  ) {
    return `${areRemoved ? 'What it made was removed.' : 'Some of what it made was removed.'} A database keeps its name until it is deleted for good: "Start over" with another name, or bring the database back on its page first; then "Start over" goes on with it.`;
  }
  if (areRemoved) {
    return 'What it made was removed. "Start over" keeps your answers and makes everything anew.';
  }
  return 'It has made what is listed here. "Start over" keeps your answers and goes on with it; or have exactly this removed.';
}

/** The template's form with the answers of this task. */
function startOverPath(task: ScaffolderTask): string | undefined {
  const { namespace = 'default', name } =
    task.spec.templateInfo?.entity?.metadata ?? {};
  if (!name) {
    return undefined;
  }
  const query = new URLSearchParams({
    formData: JSON.stringify(task.spec.parameters ?? {}),
  });
  return `/create/templates/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}?${query}`;
}
