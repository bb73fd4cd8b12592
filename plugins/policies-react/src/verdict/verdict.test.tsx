import type {
  PolicyAnswer,
  PolicyRequest,
} from '@slipway/plugin-policies-common';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { finding, waivedBy, warning } from '../__testUtils__/finding';
import { renderWithPolicies } from '../__testUtils__/renderWithPolicies';
import { useFixes } from './useFixes';
import { usePolicyVerdict } from './usePolicyVerdict';
import { VerdictPanel } from './VerdictPanel';
import { whileTyping } from './whileTyping';

const requestOf = (size: string): PolicyRequest => ({
  kind: 'DatabaseRequest',
  operation: 'create',
  object: { size },
});
const answer = (findings: PolicyAnswer['findings']): PolicyAnswer => ({
  allowed: findings.every(({ mode }) => mode !== 'deny'),
  findings,
  digest: 'd',
});

function Form({ isComplete = true }: { isComplete?: boolean }) {
  const [size, setSize] = useState('');
  const verdict = usePolicyVerdict(size ? requestOf(size) : undefined);
  const fixes = useFixes(
    verdict.answer,
    ['small', 'xlarge'].map(value => ({
      field: 'size',
      label: `Set size to ${value}`,
      request: requestOf(value),
      apply: () => setSize(value),
    })),
  );
  return (
    <>
      <input
        aria-label="Size"
        value={size}
        onChange={event => setSize(event.target.value)}
      />
      <VerdictPanel
        verdict={verdict}
        subject={{ kind: 'DatabaseRequest' }}
        isComplete={isComplete}
        fixes={fixes}
      />
    </>
  );
}

const sizeOf = (request: PolicyRequest) => String(request.object.size);
const judge = async (request: PolicyRequest) =>
  answer(sizeOf(request).endsWith('large') ? [finding] : []);

const database = {
  kind: 'DatabaseRequest',
  name: 'orders-db',
  owner: 'group:default/team-orders',
  environment: 'development',
};

function Shown({ of }: { of: PolicyAnswer }) {
  return (
    <VerdictPanel
      verdict={{ answer: of, isAsking: false, retry() {} }}
      subject={{ kind: 'TemplateTask', name: 'orders' }}
      isComplete
    />
  );
}

it('says what comes of it, and asks for a waiver for that', async () => {
  const requestWaiver = jest.fn(async () => ({ id: '1' }) as never);
  renderWithPolicies(
    <Shown of={{ ...answer([{ ...finding, about: database }]) }} />,
    { requestWaiver },
  );
  expect(
    await screen.findByText('Database orders-db of team-orders in development'),
  ).toBeInTheDocument();
  await userEvent.click(
    screen.getByRole('button', { name: /^Ask for a waiver/ }),
  );
  await userEvent.type(
    await screen.findByLabelText(/Why the rule/),
    'A load test',
  );
  await userEvent.click(
    screen.getByRole('button', { name: 'Ask for the waiver' }),
  );
  await waitFor(() => expect(requestWaiver).toHaveBeenCalled());
  expect(requestWaiver.mock.calls[0]).toEqual([
    expect.objectContaining({
      scope: expect.objectContaining({
        kind: 'DatabaseRequest',
        name: 'orders-db',
        owner: 'group:default/team-orders',
        environment: 'development',
      }),
    }),
    expect.any(String),
  ]);
});

it.each([
  [undefined, 'Policies allow this; see below'],
  [true, 'This would be refused'],
] as const)(
  'says what else becomes of it (refuses: %p)',
  async (refuses, label) => {
    const note = { message: 'It waits.', refuses, about: database };
    renderWithPolicies(
      <Shown of={{ ...answer([]), notes: [note, { message: 'Its own.' }] }} />,
      {},
    );
    expect(await screen.findByRole('status')).toHaveTextContent(label);
    expect(
      screen.getByRole('list', { name: 'What else to know' }),
    ).toHaveTextContent(
      /^Database orders-db of team-orders in development: It waits.$/,
    );
  },
);

describe('the verdict while one types', () => {
  it('asks once one pauses, says what is against it, and offers what complies', async () => {
    const evaluate = jest.fn(judge);
    renderWithPolicies(<Form />, { evaluate });
    const field = await screen.findByLabelText('Size');
    expect(screen.queryByRole('status')).toBeNull();
    await userEvent.type(field, 'large');
    expect(await screen.findByRole('status')).toHaveTextContent(
      'One rule does not allow this',
    );
    // Not once for each letter.
    expect(evaluate.mock.calls.map(([asked]) => sizeOf(asked))).toEqual([
      'large',
      'small',
      'xlarge',
    ]);
    expect(
      screen.queryByRole('button', { name: 'Set size to xlarge' }),
    ).toBeNull();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Set size to small' }),
    );
    expect(field).toHaveValue('small');
    await waitFor(() =>
      expect(screen.getByRole('status')).toHaveTextContent(
        'All policies allow this',
      ),
    );
  });

  it('drops an answer about what was typed before', async () => {
    const waiting = new Map<string, (value: PolicyAnswer) => void>();
    renderWithPolicies(<Form />, {
      evaluate: request =>
        new Promise(resolve => waiting.set(sizeOf(request), resolve)),
    });
    const field = await screen.findByLabelText('Size');
    await userEvent.type(field, 'large');
    await waitFor(() => expect(waiting.has('large')).toBe(true));
    await userEvent.clear(field);
    await userEvent.type(field, 'medium');
    await waitFor(() => expect(waiting.has('medium')).toBe(true));
    waiting.get('medium')!(answer([]));
    await screen.findByText('All policies allow this');
    waiting.get('large')!(answer([finding]));
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(screen.getByText('All policies allow this')).toBeInTheDocument();
  });

  it('says that it could not ask, keeps out of the way, and asks again', async () => {
    let isAway = true;
    renderWithPolicies(<Form />, {
      evaluate: async request => {
        if (isAway) throw new TypeError('Failed to fetch');
        return judge(request);
      },
    });
    const field = await screen.findByLabelText('Size');
    await userEvent.type(field, 'small');
    expect(await screen.findByRole('status')).toHaveTextContent(
      /could not be asked: The portal could not be reached\. You can go on/,
    );
    await userEvent.type(field, '!');
    expect(field).toHaveValue('small!');
    isAway = false;
    await screen.findByText('All policies allow this');
  });

  it('tells a warning and a waiver from a refusal, and silence from consent', async () => {
    renderWithPolicies(<Form isComplete={false} />, {
      evaluate: async request =>
        answer(
          {
            warned: [warning],
            waived: [{ ...finding, waivedBy }],
          }[sizeOf(request)] ?? [],
        ),
    });
    const field = await screen.findByLabelText('Size');
    for (const [typed, said] of [
      ['warned', 'Allowed, with a warning'],
      ['waived', 'Allowed by a waiver'],
      ['other', 'Nothing against it so far'],
    ]) {
      await userEvent.clear(field);
      await userEvent.type(field, typed);
      expect(await screen.findByText(said)).toBeInTheDocument();
    }
  });
});

it('leaves out what is said of fields that nobody has filled in', () => {
  const findings = [
    finding,
    warning,
    { ...finding, policy: 'failed', failed: true, field: undefined },
    { ...finding, policy: 'all', field: undefined },
  ];
  expect(
    whileTyping(answer(findings), field => field === 'size')?.findings,
  ).toEqual([findings[0], findings[3]]);
  expect(whileTyping(undefined, () => true)).toBeUndefined();
});
