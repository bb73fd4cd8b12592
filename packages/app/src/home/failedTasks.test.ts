import type { ScaffolderTask } from '@backstage/plugin-scaffolder-react';
import type { TaskThing } from '../tasks/TaskThingsApi';
import { createTask } from './__testUtils__/createTask';
import { failedTasks } from './failedTasks';

const thing = (state: TaskThing['state']): TaskThing => ({
  id: state,
  kind: 'repository',
  title: 'A repository',
  state,
});

function load(
  tasks: ScaffolderTask[],
  made: Record<string, TaskThing['state'][]> = {},
) {
  const list = jest.fn(async (taskIds: readonly string[]) =>
    taskIds.map(taskId => ({
      taskId,
      things: (made[taskId] ?? []).map(thing),
    })),
  );
  return failedTasks({ listTasks: async () => ({ tasks }) }, { list });
}
const idsOf = ({ needs }: Awaited<ReturnType<typeof load>>) =>
  needs.map(({ key }) => key.replace('task:', ''));

describe('failedTasks', () => {
  it('lists my tasks that failed lately, by the service they were for', async () => {
    const { needs } = await load(
      [
        createTask({ id: '1' }),
        createTask({ id: '2', status: 'completed', parameters: { name: 'b' } }),
        createTask({ id: '3', hoursAgo: 15 * 24, parameters: { name: 'c' } }),
        createTask({ id: '4', parameters: {} }),
      ],
      { 1: ['made'] },
    );
    expect(needs).toMatchObject([
      {
        title: 'TypeScript service: returns',
        href: '/create/tasks/1',
        status: 'failed',
        detail: 'It stopped half way. See what was made and go on.',
      },
      {
        title: 'TypeScript service',
        detail: 'It stopped before anything was made. See why.',
      },
    ]);
  });

  it('tells what is only news: tasks that made nothing, behind the others, however many', async () => {
    const tries = Array.from({ length: 30 }, (_, index) =>
      createTask({ id: `try-${index}`, parameters: { name: `n${index}` } }),
    );
    const half = createTask({ id: 'half', hoursAgo: 40 });
    const removal = createTask({
      id: 'removal',
      parameters: { taskId: 'other' },
    });
    const { needs } = await load([...tries, half, removal], {
      half: ['made'],
    });
    expect(needs.slice(0, 3).map(({ key, isNews }) => [key, isNews])).toEqual([
      ['task:half', false],
      ['task:removal', false],
      ['task:try-0', true],
    ]);
    expect(needs).toHaveLength(32);
  });

  it('leaves out what a later task has done', async () => {
    const failed = createTask({ id: '1', hoursAgo: 5 });
    const done = { id: '2', status: 'completed' as const };
    const made = { 1: ['made' as const] };
    const ids = async (...others: ScaffolderTask[]) =>
      idsOf(await load([...others, failed], made));

    expect(await ids(createTask(done))).toEqual([]);
    expect(await ids(createTask({ ...done, hoursAgo: 9 }))).toEqual(['1']);
    expect(
      await ids(createTask({ ...done, parameters: { name: 'other' } })),
    ).toEqual(['1']);
    expect(await ids(createTask({ ...done, template: 'other' }))).toEqual([
      '1',
    ]);
  });

  it('leaves out what was removed, and what a later task took up', async () => {
    const tasks = [
      createTask({ id: 'again' }),
      createTask({ id: 'first', hoursAgo: 2 }),
    ];
    expect(idsOf(await load(tasks, { again: ['made'] }))).toEqual(['again']);
    expect(
      idsOf(await load(tasks, { again: ['made'], first: ['made'] })),
    ).toEqual(['again', 'first']);
    const [only] = tasks;
    expect(idsOf(await load([only], { again: ['removed'] }))).toEqual([]);
    expect(idsOf(await load([only], { again: ['removed', 'made'] }))).toEqual([
      'again',
    ]);
  });

  it('still lists them when it cannot be known what they made', async () => {
    const { needs, errors } = await failedTasks(
      { listTasks: async () => ({ tasks: [createTask({ id: '1' })] }) },
      {
        list: async () => {
          throw new Error('The portal is resting');
        },
      },
    );
    expect(needs).toMatchObject([
      { key: 'task:1', detail: 'It stopped. See why.' },
    ]);
    expect(errors).toEqual([new Error('The portal is resting')]);
  });
});
