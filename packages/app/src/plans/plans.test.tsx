import {
  createExtensionTester,
  renderInTestApp,
} from '@backstage/frontend-test-utils';
import { mockApis } from '@backstage/frontend-test-utils';
import { parseEntityRef } from '@backstage/catalog-model';
import type { EntityPresentationApi } from '@backstage/plugin-catalog-react';
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

const presentation = {
  forEntity: (ref: string) => {
    const snapshot = { primaryTitle: `The ${parseEntityRef(ref).name}` };
    return { snapshot, promise: Promise.resolve(snapshot) };
  },
} as unknown as EntityPresentationApi;

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
    reportPlans(api, presentation);
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

  it('shows names in the end, as upstream reads what is shown instead of an answer', async () => {
    const own = { 'ui:field': 'OwnerPicker', 'ui:backstage': { review: {} } };
    const api = {
      getTemplateParameterSchema: async () => ({
        title: 'Service',
        steps: [
          {
            title: 'A step',
            schema: {
              properties: {
                name: { type: 'string' },
                owners: { 'ui:field': 'OwnerPicker' },
                repoUrl: { 'ui:field': 'RepositoryPicker' },
                own,
              },
            },
          },
        ],
      }),
      scaffold: async () => ({ taskId: '1' }),
    } as unknown as ScaffolderApi;
    reportPlans(api, presentation);
    const { steps } = await api.getTemplateParameterSchema(templateRef);
    act(() =>
      plans.answer(templateRef, {
        name: 'group:default/a',
        owners: ['group:default/a', 'no reference'],
        repoUrl: 'git.example:3000?owner=acme&repo=orders',
        own: 'group:default/a',
      }),
    );
    const { properties } = JSON.parse(JSON.stringify(steps[0].schema));
    expect(properties.name['ui:backstage']).toBeUndefined();
    expect(properties.owners['ui:backstage'].review).toEqual({
      mask: 'The a, no reference',
    });
    expect(properties.repoUrl['ui:backstage'].review).toEqual({
      mask: 'acme/orders on git.example:3000',
    });
    expect(properties.own).toEqual(own);
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
        // As the service names it when it starts.
        name: 'orders',
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
    reportPlans(api, presentation);
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

    act(() =>
      plans.refuse(
        new Error(
          'Backend request failed, 409 Conflict {"error":{"name":"ConflictError","message":"Orders has 4 of 4."}}',
        ),
      ),
    );
    await waitFor(() =>
      expect(screen.getByRole('alert')).toHaveTextContent(/made\s*Orders has/),
    );
  });
});
