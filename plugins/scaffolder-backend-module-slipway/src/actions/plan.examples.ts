import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const planExamples: TemplateExample[] = [
  {
    description: 'The first step of a golden path',
    example: stringify({
      steps: [
        {
          id: 'plan',
          name: 'Check everything',
          action: 'slipway:service:plan',
          input: {
            name: '${{ parameters.name }}',
            owner: '${{ parameters.owner }}',
            repoUrl: '${{ parameters.repoUrl }}',
            token: '${{ secrets.USER_OAUTH_TOKEN }}',
            databaseSize: '${{ parameters.databaseSize }}',
          },
        },
      ],
    }),
  },
];
