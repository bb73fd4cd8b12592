import { toError } from '@backstage/errors';
import type { ApprovalsApi } from '@slipway/plugin-approvals';
import type { Needs } from './loadNeeds';

const SHOWN_AT_MOST = 20;

/** The approvals that wait for the person, the most urgent first. */
export async function approvalsToDecide(
  approvalsApi: Pick<ApprovalsApi, 'list'>,
): Promise<Needs> {
  try {
    const { items } = await approvalsApi.list({
      view: 'to-decide',
      limit: SHOWN_AT_MOST,
    });
    const needs = items.map(({ id, title, reason, expiresAt }) => ({
      key: `approval:${id}`,
      title,
      href: `/approvals/${id}`,
      status: 'pending',
      detail: `${reason ? `${reason}. ` : ''}Ends`,
      at: expiresAt,
      approval: { id, title },
    }));
    return { needs, errors: [] };
  } catch (error) {
    return { needs: [], errors: [toError(error)] };
  }
}
