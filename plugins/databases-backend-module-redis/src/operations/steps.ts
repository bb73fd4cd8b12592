import { Steps } from '@slipway/plugin-databases-node';
import { OperationContext } from './context';
import { ensureDatabase } from './ensureDatabase';
import { ensureLogins } from './ensureLogins';
import { ensureRights } from './ensureRights';

type StepId = 'create-database' | 'create-logins' | 'give-rights';

/** @internal */
export const steps = Steps.create<StepId, OperationContext>({
  'create-database': ['Reserve the names of its keys', ensureDatabase],
  'create-logins': ['Create the logins, turned off', ensureLogins],
  'give-rights': ['Give the logins their rights and limits', ensureRights],
});
