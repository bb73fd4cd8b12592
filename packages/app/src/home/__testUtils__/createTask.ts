import type { ScaffolderTask } from '@backstage/plugin-scaffolder-react';

/** A task of the golden path; failed an hour ago unless told otherwise. */
export function createTask(options: {
  id: string;
  status?: ScaffolderTask['status'];
  hoursAgo?: number;
  parameters?: ScaffolderTask['spec']['parameters'];
  template?: string;
}): ScaffolderTask {
  const {
    id,
    status = 'failed',
    hoursAgo = 1,
    parameters = { name: 'returns' },
    template = 'typescript-service',
  } = options;
  const createdAt = new Date(Date.now() - hoursAgo * 3_600_000).toISOString();
  return {
    id,
    status,
    createdAt,
    lastHeartbeatAt: createdAt,
    spec: {
      apiVersion: 'scaffolder.backstage.io/v1beta3',
      parameters,
      steps: [],
      output: {},
      templateInfo: {
        entityRef: `template:default/${template}`,
        entity: { metadata: { name: template, title: 'TypeScript service' } },
      },
    },
  };
}
