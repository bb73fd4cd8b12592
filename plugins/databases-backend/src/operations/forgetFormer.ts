import type { StepContext } from '@slipway/operations';
import { findFormerLogin, forgetFormerLogin } from '../database/formerLogins';
import { workloadSecret, type OperationInput, type StepDeps } from './target';

/** Forgets the former login and its password, after the server has turned it off. */
export async function forgetFormer(
  deps: StepDeps,
  context: StepContext<OperationInput>,
): Promise<void> {
  const { id } = context.resource;
  const former = await findFormerLogin(deps.knex, id);
  if (former) {
    await deps.secrets.remove(workloadSecret(id, former.revision));
  }
  await context.transact(trx => forgetFormerLogin(trx, id));
}
