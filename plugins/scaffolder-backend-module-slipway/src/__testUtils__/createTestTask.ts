import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import type { UserEntity } from '@backstage/catalog-model';
import type {
  ActionContext,
  TemplateAction,
} from '@backstage/plugin-scaffolder-node';
import type { JsonObject, JsonValue } from '@backstage/types';

const user: UserEntity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { name: 'nora', namespace: 'default' },
  spec: {
    profile: { displayName: 'Nora Lind', email: 'nora@example.com' },
    memberOf: ['team-orders'],
  },
};

/**
 * A task of Nora's whose steps are run one by one, with checkpoints that last
 * as long as the task does.
 */
export function createTestTask(options: {
  taskId: string;
  workspacePath: string;
  userRef?: string;
  isDryRun?: boolean;
}) {
  const checkpoints = new Map<string, JsonValue>();
  const log: string[] = [];
  const logger = mockServices.logger.mock({
    info: message => log.push(message),
    warn: message => log.push(message),
  });
  return {
    log,
    /** Runs a step; answers with what it puts out. */
    async run<I extends JsonObject, O extends JsonObject>(
      action: TemplateAction<I, O>,
      input: I,
    ): Promise<Partial<O>> {
      const output: Partial<O> = {};
      const ctx: ActionContext<I, O> = {
        input,
        logger,
        workspacePath: options.workspacePath,
        task: { id: options.taskId },
        user: { ref: options.userRef ?? 'user:default/nora', entity: user },
        isDryRun: options.isDryRun,
        getInitiatorCredentials: async () => mockCredentials.user(),
        createTemporaryDirectory: async () => {
          throw new Error('no step of ours needs one');
        },
        output: (name, value) => {
          output[name] = value;
        },
        async checkpoint({ key, fn }) {
          if (!checkpoints.has(key)) {
            checkpoints.set(key, ((await fn()) ?? {}) as JsonValue);
          }
          return checkpoints.get(key) as Awaited<ReturnType<typeof fn>>;
        },
      };
      await action.handler(ctx);
      return output;
    },
  };
}
