import {
  renderInTestApp,
  TestApiProvider,
} from '@backstage/frontend-test-utils';
import { scmAuthApiRef } from '@backstage/integration-react';
import {
  type FieldExtensionComponentProps,
  SecretsContextProvider,
  useTemplateSecrets,
} from '@backstage/plugin-scaffolder-react';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import {
  type TaskThing,
  type TaskThings as Made,
  taskThingsApiRef,
} from '../tasks/TaskThingsApi';
import { TaskThings, validateTaskThings } from './TaskThings';

const TASK = '3b1f8a52-3ad5-4c0e-8c2b-7a5f54f0d7f1';
const REPOSITORY: TaskThing = {
  id: '1',
  kind: 'repository',
  title: 'Repository git/lighthouse/returns',
  url: 'https://git/lighthouse/returns',
  host: 'git',
  state: 'made',
};
const DATABASE: TaskThing = {
  id: '2',
  kind: 'database',
  title: 'Database returns-db in development',
  state: 'made',
};
const GONE: TaskThing = { ...DATABASE, id: '3', state: 'removed' };

function Form(props: {
  things: TaskThing[];
  taskId?: string;
  getCredentials?: () => Promise<{ token: string }>;
}) {
  const [formData, onChange] = useState(props.taskId);
  const list = async (): Promise<Made[]> => [
    { taskId: TASK, things: props.things },
  ];
  const field = {
    schema: { title: 'This goes, and nothing else' },
    uiSchema: {
      'ui:options': { requestUserCredentials: { secretsKey: 'TOKEN' } },
    },
    idSchema: { $id: 'root_taskId' },
    formData,
    onChange,
  };
  return (
    <TestApiProvider
      apis={[
        [taskThingsApiRef, { list }],
        [scmAuthApiRef, { getCredentials: props.getCredentials } as never],
      ]}
    >
      <SecretsContextProvider>
        <TaskThings
          {...(field as unknown as FieldExtensionComponentProps<string>)}
        />
        <Secrets />
      </SecretsContextProvider>
    </TestApiProvider>
  );
}

function Secrets() {
  return <output>{JSON.stringify(useTemplateSecrets().secrets)}</output>;
}

describe('TaskThings', () => {
  it('lists exactly what is left of the task, and gets the right to delete its repository', async () => {
    const getCredentials = jest.fn(async () => ({ token: 'ninas' }));
    renderInTestApp(
      <Form
        taskId={TASK}
        things={[REPOSITORY, DATABASE, GONE]}
        getCredentials={getCredentials}
      />,
    );
    expect(
      await screen.findByRole('link', { name: /lighthouse\/returns/ }),
    ).toHaveAttribute('href', 'https://git/lighthouse/returns');
    expect(screen.getAllByRole('listitem')).toHaveLength(2);
    expect(screen.queryByText(new RegExp(TASK))).not.toBeInTheDocument();
    expect(screen.queryByRole('textbox')).not.toBeInTheDocument();
    expect(screen.queryByRole('checkbox')).not.toBeInTheDocument();
    expect(await screen.findByText('{"TOKEN":"ninas"}')).toBeInTheDocument();
    expect(getCredentials).toHaveBeenCalledTimes(1);
    expect(getCredentials).toHaveBeenCalledWith(
      expect.objectContaining({ url: 'https://git' }),
    );
  });

  it('asks no host when there is no repository', async () => {
    const getCredentials = jest.fn();
    renderInTestApp(
      <Form
        taskId={TASK}
        things={[DATABASE]}
        getCredentials={getCredentials}
      />,
    );
    expect(await screen.findByText(DATABASE.title)).toBeInTheDocument();
    expect(getCredentials).not.toHaveBeenCalled();
  });

  it('says when the host does not let one in, and asks again', async () => {
    const getCredentials = jest
      .fn()
      .mockRejectedValueOnce(new Error('Popup was closed'))
      .mockResolvedValue({ token: 'ninas' });
    renderInTestApp(
      <Form
        taskId={TASK}
        things={[REPOSITORY]}
        getCredentials={getCredentials}
      />,
    );
    await userEvent.click(
      await screen.findByRole('button', { name: /Try again/ }),
    );
    expect(await screen.findByText('{"TOKEN":"ninas"}')).toBeInTheDocument();
  });

  it('takes a task that one types', async () => {
    renderInTestApp(<Form things={[DATABASE]} />);
    const id = await screen.findByRole('textbox', { name: 'Id of the task' });
    await userEvent.type(id, 'x');
    expect(screen.queryByRole('listitem')).not.toBeInTheDocument();
    await userEvent.clear(id);
    await userEvent.type(id, TASK);
    expect(await screen.findByText(DATABASE.title)).toBeInTheDocument();
  });

  it('keeps the form from going on when nothing is left', async () => {
    const errorsOf = async (things: TaskThing[]) => {
      const errors: string[] = [];
      const api = { list: async () => [{ taskId: TASK, things }] };
      await validateTaskThings(
        TASK,
        { addError: message => errors.push(message) },
        { apiHolder: { get: () => api } },
      );
      return errors;
    };
    expect(await errorsOf([GONE])).toEqual([
      expect.stringMatching(/^made nothing that is left/),
    ]);
    expect(await errorsOf([DATABASE])).toEqual([]);
  });
});
