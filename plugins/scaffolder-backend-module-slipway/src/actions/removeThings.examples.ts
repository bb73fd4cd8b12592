import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const removeThingsExamples: TemplateExample[] = [
  {
    description: 'Removes what a failed task made',
    example: stringify({
      steps: [
        {
          id: 'remove',
          name: 'Remove what the task made',
          action: 'slipway:task:remove',
          input: {
            taskId: '${{ parameters.taskId }}',
            token: '${{ secrets.USER_OAUTH_TOKEN }}',
          },
        },
      ],
    }),
  },
];
