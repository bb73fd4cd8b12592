import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const publishExamples: TemplateExample[] = [
  {
    description:
      'Publishes the workspace with the rights of the person who asks',
    example: stringify({
      steps: [
        {
          id: 'publish',
          name: 'Publish the repository',
          action: 'slipway:publish',
          input: {
            repoUrl: '${{ parameters.repoUrl }}',
            description: '${{ parameters.description }}',
            token: '${{ secrets.USER_OAUTH_TOKEN }}',
          },
        },
      ],
    }),
  },
];
