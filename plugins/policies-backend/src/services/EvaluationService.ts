import { ServiceUnavailableError, toError } from '@backstage/errors';
import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  identify,
  type PolicyAnswer,
  type PolicyRequest,
} from '@slipway/plugin-policies-common';
import type { Knex } from 'knex';
import { coverFindings, findCovering } from '../database/waiversInForce';
import type { PolicyMetrics } from './createMetrics';
import type { SetsService } from './SetsService';

interface EvaluationDeps {
  knex: Knex;
  logger: LoggerService;
  metrics: PolicyMetrics;
  sets: SetsService;
}

/**
 * Asks the policies in force. In this process: each policy's cost is bounded when it is read, so that an evaluation
 * takes about a millisecond. The sweep, which evaluates by the thousand, has a thread of its own.
 */
export class EvaluationService {
  readonly #deps: EvaluationDeps;

  static create(deps: EvaluationDeps): EvaluationService {
    return new EvaluationService(deps);
  }

  private constructor(deps: EvaluationDeps) {
    this.#deps = deps;
  }

  /** @throws ServiceUnavailableError when it cannot be known what the policies say: nothing is allowed then. */
  async evaluate(request: PolicyRequest): Promise<PolicyAnswer> {
    const { sets, metrics } = this.#deps;
    const set = await sets.current();
    const began = performance.now();
    const verdict = set.evaluate(request);
    metrics.evaluated(performance.now() - began, request, verdict);
    if (verdict.findings.length === 0) return verdict;
    const findings = coverFindings(
      verdict.findings,
      await this.#waivers(request, verdict.findings),
    );
    return {
      digest: verdict.digest,
      findings,
      allowed: findings.every(
        ({ mode, waivedBy }) => mode !== 'deny' || waivedBy,
      ),
    };
  }

  async #waivers(request: PolicyRequest, findings: PolicyAnswer['findings']) {
    const policies = [...new Set(findings.map(({ policy }) => policy))];
    try {
      return await findCovering(this.#deps.knex, policies, identify(request));
    } catch (error) {
      this.#deps.logger.warn('Waivers cannot be read', toError(error));
      throw new ServiceUnavailableError(
        'Waivers cannot be read now, so that it is not known what is allowed. Try again in a minute.',
      );
    }
  }
}
