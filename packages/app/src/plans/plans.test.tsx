import {
  createExtensionTester,
  renderInTestApp,
} from '@backstage/frontend-test-utils';
import { mockApis } from '@backstage/frontend-test-utils';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import type {
  FieldExtensionComponentProps,
  ScaffolderApi,
} from '@backstage/plugin-scaffolder-react';
import { FormFieldBlueprint } from '@backstage/plugin-scaffolder-react/alpha';
import { policiesApiRef } from '@slipway/plugin-policies-react';
import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { planReporter } from './planExtensions';
import { PlanReporter } from './PlanReporter';
import { plans } from './PlanStore';
import { PlanVerdict } from './PlanVerdict';
import { PLAN_REPORTER, reportPlans } from './reportPlans';

const templateRef = 'template:default/service';
const finding = {
  policy: 'template-tasks',
  title: 'Who starts which template',
  digest: 'd',
  mode: 'deny',
  validation: 0,
  field: 'parameters.owner',
  message: 'You are not in group:default/team-basket.',
  reason: 'Who gets something to look after should know of it.',
  comply: 'Choose one of your own groups.',
  failed: false,
};

afterEach(() => act(() => plans.clear()));

function renderVerdict(
  evaluate: (request: { object: object }) => Promise<object>,
  onBack = () => {},
) {
  renderInTestApp(<PlanVerdict onBack={onBack} />, {
    apis: [
      [policiesApiRef, { evaluate } as never],
      [
        permissionApiRef,
        { authorize: async () => ({ result: 'ALLOW' }) as never },
      ],
      mockApis.identity({
        userEntityRef: 'user:default/sam.okafor',
        ownershipEntityRefs: ['group:default/team-orders'],
      }),
    ],
  });
}

describe('the wizard of a golden path', () => {
  it('gets a field in each form that tells what was answered, and no template knows', async () => {
    const step = (schema: object) => ({ title: 'A step', schema });
    const api = {
      getTemplateParameterSchema: async () => ({
        title: 'Service',
        steps: [
          step({ properties: { name: { type: 'string' } } }),
          step({ properties: {}, 'ui:order': ['owner'] }),
          step({ dependencies: {}, 'ui:order': ['owner', '*'] }),
        ],
      }),
      scaffold: async () => ({ taskId: '1' }),
    } as unknown as ScaffolderApi;
    reportPlans(api);
    const { steps } = await api.getTemplateParameterSchema(templateRef);
    const reporter = expect.objectContaining({
      'ui:field': PLAN_REPORTER,
      'ui:options': { templateRef },
    });
    expect(steps.map(({ schema }) => schema)).toEqual([
      { properties: { name: { type: 'string' }, slipwayPlan: reporter } },
      {
        properties: { slipwayPlan: reporter },
        'ui:order': ['owner', 'slipwayPlan'],
      },
      {
        dependencies: {},
        properties: { slipwayPlan: reporter },
        'ui:order': ['owner', '*'],
      },
    ]);
    const load = createExtensionTester(planReporter).get(
      FormFieldBlueprint.dataRefs.formFieldLoader,
    );
    expect(await load()).toMatchObject({ name: PLAN_REPORTER });
  });

  it('tells answers as they are given, and that one looks at all of them', () => {
    const field = (formData: object) => (
      <PlanReporter
        {...({
          formContext: { formData },
          uiSchema: { 'ui:options': { templateRef } },
        } as unknown as FieldExtensionComponentProps<string>)}
      />
    );
    const { unmount } = renderInTestApp(field({ name: 'orders' }));
    expect(plans.get()).toEqual({
      templateRef,
      parameters: { name: 'orders' },
      isTyping: true,
    });
    unmount();
    expect(plans.get()).toMatchObject({ isTyping: false });
  });

  it('says what the policies say: of what is answered, and of all in the end', async () => {
    const asked: object[] = [];
    renderVerdict(async request => {
      asked.push(request);
      return { allowed: false, findings: [finding], digest: 'd' };
    });
    act(() => plans.answer(templateRef, { name: 'orders' }));
    await new Promise(resolve => setTimeout(resolve, 600));
    // Nobody has named an owner yet.
    expect(screen.queryByText(finding.message)).toBeNull();
    act(() =>
      plans.answer(templateRef, { name: 'orders', owner: 'team-basket' }),
    );
    expect(await screen.findByText(finding.message)).toBeInTheDocument();
    act(() => plans.rest());
    expect(await screen.findByRole('status')).toHaveTextContent(
      'One rule does not allow this',
    );
    await waitFor(() => expect(asked).toHaveLength(2));
    expect(asked).toEqual([
      expect.objectContaining({
        kind: 'TemplateTask',
        name: 'service',
        entityRef: templateRef,
        object: { templateRef, parameters: { name: 'orders' } },
      }),
      expect.objectContaining({
        object: {
          templateRef,
          parameters: { name: 'orders', owner: 'team-basket' },
        },
      }),
    ]);
  });

  it('says why it was not started, and the way back', async () => {
    const onBack = jest.fn();
    renderVerdict(
      async () => ({ allowed: true, findings: [], digest: 'd' }),
      onBack,
    );
    const body = JSON.stringify({ error: {}, findings: [finding] });
    const api = {
      getTemplateParameterSchema: async () => ({ steps: [] }),
      scaffold: async () => {
        throw new Error(`Backend request failed, 403 Forbidden ${body}`);
      },
    } as unknown as ScaffolderApi;
    reportPlans(api);
    act(() => plans.answer(templateRef, { name: 'orders' }));
    act(() => plans.rest());
    await act(() =>
      expect(api.scaffold({ templateRef, values: {} })).rejects.toThrow(/403/),
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /Nothing was started.*Policies do not allow it/,
    );
    expect(screen.getByText(finding.message)).toBeInTheDocument();
    await userEvent.click(
      screen.getByRole('button', { name: 'Back to my answers' }),
    );
    expect(onBack).toHaveBeenCalledTimes(1);
  });

  it('says as well why another refusal came', async () => {
    renderVerdict(async () => ({ allowed: true, findings: [], digest: 'd' }));
    act(() => plans.answer(templateRef, {}));
    act(() => plans.refuse(new Error('Backend request failed, 503 {')));
    expect(await screen.findByRole('alert')).toHaveTextContent(/503/);
  });
});
