import { randomBytes } from 'node:crypto';
import { isError } from '@backstage/errors';
import {
  RetryableError,
  TerminalError,
  type OperationStep,
} from '@slipway/operations';
import type { SecretRef, SecretStore } from '@slipway/plugin-databases-node';
import { handOver } from '../database/formerLogins';
import { ACTIVATE_STEP, STAGE_STEP } from './stepIds';
import {
  load,
  PATIENT,
  repeatable,
  scopesOf,
  workloadSecret,
  writeContext,
  type OperationInput,
  type StepDeps,
} from './target';

/**
 * Makes a workload login work and hands it over: the password is sealed before the server knows
 * it, the login is tried as the application would, and only then is it the one to use.
 */
export function credentialSteps(
  deps: StepDeps,
  options: { enters?: string; verifyEnters?: string } = {},
): OperationStep<OperationInput>[] {
  const common = { retry: PATIENT, pauseScopes: scopesOf };
  return [
    {
      ...common,
      id: 'seal-password',
      title: 'Make and seal the application’s password',
      enters: options.enters,
      async run(context) {
        const { revision = 1 } = context.input;
        const ref = workloadSecret(context.resource.id, revision);
        await readOrMake(deps.secrets, ref);
      },
    },
    {
      ...common,
      id: STAGE_STEP,
      title: 'Set up the application’s login',
      async run(context) {
        const { provider, target } = await load(deps, context);
        const { slot = 'a', revision = 1 } = context.input;
        const ref = workloadSecret(target.id, revision);
        const password = await deps.secrets.read(ref);
        const login = await repeatable(() =>
          provider.credentials.stage(
            target,
            { slot, password },
            writeContext(context),
          ),
        );
        const { host, port, database, tls } = login.endpoint;
        return {
          username: login.username,
          endpoint: { host, port, database, tls },
        };
      },
    },
    {
      ...common,
      id: 'verify-login',
      title: 'Log in as the application and try the neighbours',
      enters: options.verifyEnters,
      async run(context) {
        const { provider, target } = await load(deps, context);
        const { slot = 'a', revision = 1 } = context.input;
        const ref = workloadSecret(target.id, revision);
        const password = await deps.secrets.read(ref);
        const verification = await repeatable(() =>
          provider.credentials.verify(
            target,
            { slot, password },
            { signal: context.signal },
          ),
        );
        if (!verification.passed) {
          const failed = verification.checks.filter(c => !c.passed);
          throw new TerminalError(
            `Not handed over, because this did not hold: ${failed
              .map(c => (c.detail ? `${c.title} (${c.detail})` : c.title))
              .join('; ')}`,
          );
        }
        return { proven: verification.checks.map(c => c.title) };
      },
    },
    {
      ...common,
      id: ACTIVATE_STEP,
      title: 'Hand the login over',
      async run(context) {
        const { provider, target } = await load(deps, context);
        const { slot = 'a', revision = 1, undoHours } = context.input;
        await repeatable(() =>
          provider.credentials.activate(target, slot, writeContext(context)),
        );
        await context.transact(async trx => {
          await handOver(trx, target.id, { slot, revision, undoHours });
        });
      },
    },
  ];
}

async function readOrMake(store: SecretStore, ref: SecretRef): Promise<void> {
  try {
    await store.read(ref);
  } catch (error) {
    if (!isError(error) || error.name !== 'NotFoundError') throw error;
    // 192 bits, in letters that no shell and no connection string reads otherwise.
    await write(store, ref, randomBytes(24).toString('base64url'));
  }
}

async function write(store: SecretStore, ref: SecretRef, value: string) {
  try {
    await store.write(ref, value);
  } catch (error) {
    if (isError(error) && error.name === 'ConflictError') {
      // A worker that was taken for dead has just made one; that is as good.
      throw new RetryableError('The password was made elsewhere meanwhile');
    }
    throw error;
  }
}
