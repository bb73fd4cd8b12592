import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

const step = (input: Record<string, string>) =>
  stringify({
    steps: [
      {
        id: 'database',
        name: 'Order the database',
        action: 'platform:database:create',
        input,
      },
    ],
  });

export const createDatabaseExamples: TemplateExample[] = [
  {
    description: 'Orders a small Postgres database for development',
    example: step({
      name: '${{ parameters.name }}-db',
      engine: 'postgres',
      size: 'small',
      environment: 'development',
      owner: '${{ parameters.owner }}',
      description: 'The database of ${{ parameters.name }}.',
    }),
  },
  {
    description: 'The short form',
    example: step({
      name: '${{ parameters.serviceName }}',
      type: 'postgres',
      size: 'small',
      owner: '${{ parameters.team }}',
    }),
  },
];
