import type {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import type { ActionsRegistryService } from '@backstage/backend-plugin-api/alpha';
import { InputError, NotAllowedError } from '@backstage/errors';
import type { UserCredentials } from '@slipway/backend-utils';
import { approvalViews } from '@slipway/plugin-approvals-common';
import type { ApprovalsService } from '../services/ApprovalsService';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Offers approvals to agents and the command line: to look, nothing else. To vote, to withdraw and
 * to name a deputy is for people, see `directPerson.ts`.
 */
export function registerActions(deps: {
  actionsRegistry: ActionsRegistryService;
  auth: AuthService;
  approvals: ApprovalsService;
}): void {
  const { actionsRegistry, approvals, auth } = deps;

  actionsRegistry.register({
    name: 'list-approvals',
    title: 'List approvals',
    description:
      'Lists the approvals that you may see, 50 at a time: what waits for your vote (to-decide), what you asked for (asked), or what is over (decided). Votes are cast by people in the portal.',
    attributes: { readOnly: true, destructive: false, idempotent: true },
    schema: {
      input: z =>
        z.object({
          view: z.enum(approvalViews).optional(),
          offset: z.number().int().min(0).optional(),
        }),
      output: z =>
        z.object({ items: z.array(z.record(z.any())), totalItems: z.number() }),
    },
    action: async ({ input, credentials }) => ({
      output: await approvals.list(
        { view: input.view, offset: input.offset ?? 0, limit: 50 },
        asUser(auth, credentials),
      ),
    }),
  });

  actionsRegistry.register({
    name: 'get-approval',
    title: 'Get an approval',
    description:
      'Shows one approval by its id: what is asked, the facts, the rule, the votes and the deadline.',
    attributes: { readOnly: true, destructive: false, idempotent: true },
    schema: {
      input: z => z.object({ id: z.string() }),
      output: z => z.object({ approval: z.record(z.any()) }),
    },
    action: async ({ input, credentials }) => {
      if (!UUID.test(input.id)) {
        throw new InputError('id is not the id of an approval. Give a UUID.');
      }
      return {
        output: {
          approval: await approvals.get(input.id, asUser(auth, credentials)),
        },
      };
    },
  });
}

function asUser(
  auth: AuthService,
  credentials: BackstageCredentials,
): UserCredentials {
  if (!auth.isPrincipal(credentials, 'user')) {
    throw new NotAllowedError('Only people see approvals');
  }
  return credentials;
}
