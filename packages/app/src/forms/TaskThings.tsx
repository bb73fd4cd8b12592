import { useApi } from '@backstage/frontend-plugin-api';
import { scmAuthApiRef } from '@backstage/integration-react';
import {
  type FieldExtensionComponentProps,
  useTemplateSecrets,
} from '@backstage/plugin-scaffolder-react';
import TextField from '@material-ui/core/TextField';
import { ErrorState } from '@slipway/ui';
import { useEffect, useState } from 'react';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import {
  type TaskThing,
  type TaskThingsApi,
  taskThingsApiRef,
} from '../tasks/TaskThingsApi';
import { TaskThingsList } from '../tasks/TaskThingsList';

const TASK_ID =
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NOTHING =
  'made nothing that is left, or it is not a task of yours. Open the page of the task that failed: it leads here.';

interface TaskThingsOptions {
  requestUserCredentials?: {
    secretsKey: string;
    additionalScopes?: Record<string, string[]>;
  };
}

/**
 * `ui:field: TaskThings`: a task, shown as the list of what it made that is left. Its value is the task's id.
 *
 * @remarks
 * With `requestUserCredentials` it asks the git host of the task's repository for the person's own token, as upstream's
 * `RepoUrlPicker` does; not when the task made none.
 */
export function TaskThings(
  props: FieldExtensionComponentProps<string, TaskThingsOptions>,
) {
  const { formData: taskId = '', onChange, schema, uiSchema, idSchema } = props;
  // A link that is filled in needs no id to be looked at.
  const [isTyped] = useState(!taskId);
  const thingsApi = useApi(taskThingsApiRef);
  const made = useAsyncRetry(
    () => leftOf(thingsApi, taskId),
    [thingsApi, taskId],
  );
  const access = useHostAccess(
    made.value?.find(({ host }) => host)?.host,
    uiSchema['ui:options']?.requestUserCredentials,
  );
  return (
    <div>
      {isTyped && (
        <TextField
          id={idSchema.$id}
          label="Id of the task"
          helperText="From the address of its page."
          value={taskId}
          onChange={({ target }) => onChange(target.value.trim() || undefined)}
          margin="normal"
          fullWidth
          autoComplete="off"
        />
      )}
      <p>{schema.title}:</p>
      {made.value && made.value.length > 0 && (
        <TaskThingsList things={made.value} />
      )}
      {made.value?.length === 0 && (
        <p role="status">{taskId ? `This task ${NOTHING}` : 'Nothing yet.'}</p>
      )}
      {made.error && (
        <ErrorState
          title="What this task made could not be loaded"
          error={made.error}
          onRetry={made.retry}
        />
      )}
      {access.error && (
        <ErrorState
          title="The git host did not let you in, and nobody else may delete the repository for you"
          error={access.error}
          onRetry={access.retry}
        />
      )}
    </div>
  );
}

/** Keeps the form from going on where there is nothing to remove. */
export async function validateTaskThings(
  taskId: string | undefined,
  validation: { addError(message: string): void },
  context: { apiHolder: { get(ref: typeof taskThingsApiRef): unknown } },
): Promise<void> {
  const api = context.apiHolder.get(taskThingsApiRef) as TaskThingsApi;
  if (taskId && (await leftOf(api, taskId)).length === 0) {
    validation.addError(NOTHING);
  }
}

async function leftOf(
  api: TaskThingsApi,
  taskId: string,
): Promise<TaskThing[]> {
  if (!TASK_ID.test(taskId)) {
    return [];
  }
  const [made] = await api.list([taskId]);
  return (made?.things ?? []).filter(({ state }) => state !== 'removed');
}

/** The person's own token for a host, among the secrets of the form. */
function useHostAccess(
  host: string | undefined,
  request: TaskThingsOptions['requestUserCredentials'],
) {
  const scmAuthApi = useApi(scmAuthApiRef);
  const { setSecrets } = useTemplateSecrets();
  const access = useAsyncRetry(async () => {
    if (!host || !request) {
      return undefined;
    }
    const { token } = await scmAuthApi.getCredentials({
      url: `https://${host}`,
      additionalScope: {
        repoWrite: true,
        customScopes: request.additionalScopes,
      },
    });
    return { [request.secretsKey]: token };
    // The request is the template's, and the same as long as the form is open.
  }, [host, scmAuthApi, request?.secretsKey]);
  const { value } = access;
  useEffect(() => {
    if (value) {
      setSecrets(value);
    }
    // It is another function each time, and sets the secrets again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [value]);
  return access;
}
