import type { ScaffolderApi } from '@backstage/plugin-scaffolder-react';
import { leaveRulesToFields } from './leaveRulesToFields';

describe('leaveRulesToFields', () => {
  it('keeps patterns from the form where a field says what is wrong', async () => {
    const rules = { pattern: '^a$', minLength: 1, maxLength: 2 };
    const other = { type: 'string', ...rules };
    const step = { title: 'Empty', schema: { dependencies: {} } };
    const name = { type: 'string', 'ui:field': 'ServiceName' };
    const api = {
      getTemplateParameterSchema: async () => ({
        title: 'Service',
        steps: [
          {
            title: 'A step',
            schema: { properties: { name: { ...name, ...rules }, other } },
          },
          step,
        ],
      }),
    } as unknown as ScaffolderApi;
    leaveRulesToFields(api);
    const { steps } = await api.getTemplateParameterSchema('template:x');
    expect(steps[0].schema).toEqual({ properties: { name, other } });
    expect(steps[1]).toBe(step);
  });
});
