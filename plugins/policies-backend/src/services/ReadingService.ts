import { NotFoundError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import type {
  CompiledPolicy,
  Compliance,
  PoliciesList,
  PoliciesState,
  PolicyDetails,
  PolicySummary,
  PolicyVersion,
} from '@slipway/plugin-policies-common';
import type { Knex } from 'knex';
import type { PoliciesConfig } from '../config';
import {
  readCompliance,
  type ComplianceFilter,
} from '../database/readCompliance';
import { readSet, readState } from '../database/sets';
import { readSweeps } from '../database/sweeps';
import { readWaiversVersion } from '../database/waiversInForce';
import { kindsOf } from '../sweep/SweepService';
import type { SetsService } from './SetsService';

const DAY_MS = 86_400_000;

interface ReadingDeps {
  config: Pick<PoliciesConfig, 'approvers' | 'longestWaiverMs'>;
  knex: Knex;
  sets: SetsService;
}

/** What is in force, and how it is kept. */
export class ReadingService {
  readonly #config: ReadingDeps['config'];
  readonly #knex: Knex;
  readonly #sets: SetsService;

  static create(deps: ReadingDeps): ReadingService {
    return new ReadingService(deps);
  }

  private constructor(deps: ReadingDeps) {
    this.#config = deps.config;
    this.#knex = deps.knex;
    this.#sets = deps.sets;
  }

  async policies(): Promise<PoliciesList> {
    const { policies, digest } = await this.#sets.current();
    return { items: policies.map(toSummary), digest };
  }

  async policy(name: string): Promise<PolicyDetails> {
    const { policies } = await this.#sets.current();
    const policy = policies.find(each => each.name === name);
    if (!policy) {
      throw new NotFoundError(`There is no policy "${name}" in force`);
    }
    const document = policy.document as unknown as JsonObject;
    return {
      ...toSummary(policy),
      document,
      params: policy.document.spec.params as JsonObject,
    };
  }

  async version(): Promise<PolicyVersion> {
    const set = await this.#sets.current();
    const waivers = await readWaiversVersion(this.#knex);
    return { version: `${set.digest}/${waivers}`, kinds: kindsOf(set) };
  }

  async state(): Promise<PoliciesState> {
    const state = await readState(this.#knex);
    const set = state.digest
      ? await readSet(this.#knex, state.digest)
      : undefined;
    const { last, sweeping } = await readSweeps(this.#knex);
    return {
      ...(state.digest && { digest: state.digest }),
      ...(state.since && { since: state.since.toISOString() }),
      policies: set?.policies ?? 0,
      ...(state.checked_at && { checkedAt: state.checked_at.toISOString() }),
      problems: state.problems,
      ...(state.problems_since && {
        problemsSince: state.problems_since.toISOString(),
      }),
      ...(last && { lastSweep: last }),
      sweeping: sweeping || state.sweep_wanted_at !== null,
      waivers: {
        longestDays: this.#config.longestWaiverMs / DAY_MS,
        approvers: this.#config.approvers,
      },
    };
  }

  async compliance(filter: ComplianceFilter): Promise<Compliance> {
    const [{ byPolicy, ...compliance }, set] = await Promise.all([
      readCompliance(this.#knex, filter),
      this.#sets.current(),
    ]);
    return {
      ...compliance,
      // One that is not in force any more has nothing to say; the next sweep forgets it.
      byPolicy: set.policies.flatMap(({ name, title, mode }) => {
        const counts = byPolicy.get(name);
        return counts ? [{ policy: name, title, mode, ...counts }] : [];
      }),
    };
  }
}

function toSummary(policy: CompiledPolicy): PolicySummary {
  const { name, title, mode, digest, file, document } = policy;
  const { owner, match, reason, comply } = document.spec;
  return {
    name,
    title,
    description: document.metadata.description,
    mode,
    owner,
    kinds: match.kinds,
    ...(match.environments && { environments: match.environments }),
    ...(reason && { reason }),
    ...(comply && { comply }),
    digest,
    file,
  };
}
