import { createHash } from 'node:crypto';
import path from 'node:path';
import type {
  LoggerService,
  UrlReaderService,
} from '@backstage/backend-plugin-api';
import { isError, toError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import {
  compliancePath,
  digestOf,
  formatPolicyProblem,
  loadPolicies,
  PolicyProblemsError,
  type PolicyProblem,
} from '@slipway/plugin-policies-common';
import type { Knex } from 'knex';
import type { PoliciesConfig, PolicyLocation } from '../config';
import {
  putInForce,
  readSet,
  readState,
  recordProblems,
  recordTold,
  type StateRow,
  type StoredFile,
} from '../database/sets';
import { FILES_MAX, TOTAL_BYTES_MAX } from '../locations/limits';
import { keepFew } from '../locations/keepFew';
import { readFolder } from '../locations/readFolder';
import { readTree } from '../locations/readTree';

/** Most problems that are kept and told: whoever mends a hundred looks again. */
const PROBLEMS_MAX = 100;

interface LocationsDeps {
  knex: Knex;
  config: PoliciesConfig;
  logger: LoggerService;
  notifications: NotificationService;
  urlReader: UrlReaderService;
  /** Called when another set came into force. */
  onChanged(): void;
}

/** Reads the locations, and puts what is right in force. What is wrong leaves the last good set as it is. */
export class LocationsService {
  readonly #deps: LocationsDeps;
  #loaded: { key: string; digest: string; policies: number } | undefined;

  static create(deps: LocationsDeps): LocationsService {
    return new LocationsService(deps);
  }

  private constructor(deps: LocationsDeps) {
    this.#deps = deps;
  }

  /** Looks once. Throws only when Postgres cannot be reached. */
  async look(): Promise<void> {
    const { knex, config, logger, onChanged } = this.#deps;
    const state = await readState(knex);
    const read = await this.#read(state);
    if (read.problems.length > 0) {
      await this.#complain(state, read.problems);
      return;
    }
    try {
      const { digest, policies } = this.#load(read.files);
      const isNew = await putInForce(
        knex,
        {
          digest,
          files: read.files,
          params: config.params as JsonObject,
          policies,
        },
        read.sources,
      );
      if (isNew) {
        logger.info(`${policies} policies are in force: ${digest}`);
        onChanged();
      }
    } catch (error) {
      if (!(error instanceof PolicyProblemsError)) throw error;
      await this.#complain(state, error.problems);
    }
  }

  /** Reads files that have changed since they were looked at before: that takes a while, in the thread that answers everybody. */
  #load(files: StoredFile[]): { digest: string; policies: number } {
    const { params } = this.#deps.config;
    const key = createHash('sha256')
      .update(JSON.stringify({ files, params }))
      .digest('hex');
    if (this.#loaded?.key !== key) {
      const { digest, policies } = loadPolicies(files, { params });
      this.#loaded = { key, digest, policies: policies.length };
    }
    return this.#loaded;
  }

  async #read(state: StateRow) {
    const { knex, config } = this.#deps;
    const files: StoredFile[] = [];
    const sources: StateRow['sources'] = [];
    const problems: PolicyProblem[] = [];
    let known: StoredFile[] | undefined;
    // At once: hosts that do not answer are waited for together.
    const locations = await Promise.all(
      config.locations.map(async location => {
        const id = `${location.type}:${location.target}`;
        const etag = state.sources.find(each => each.location === id)?.etag;
        try {
          return { id, etag, read: await this.#readLocation(location, etag) };
        } catch (error) {
          return problemAt(location.target, `It cannot be read: ${say(error)}`);
        }
      }),
    );
    for (const location of locations) {
      if ('message' in location) {
        problems.push(location);
        continue;
      }
      const { id, etag, read } = location;
      if (read) {
        files.push(...read.files.map(each => ({ location: id, ...each })));
        if (read.etag) sources.push({ location: id, etag: read.etag });
      } else {
        // The same tree as the one in force.
        known ??= state.digest
          ? ((await readSet(knex, state.digest))?.files ?? [])
          : [];
        files.push(...known.filter(each => each.location === id));
        sources.push({ location: id, etag: etag! });
      }
    }
    problems.push(...limitProblems(config.locations, files, problems));
    return { files, sources, problems };
  }

  async #readLocation(location: PolicyLocation, etag: string | undefined) {
    if (location.type === 'url') {
      return readTree(this.#deps.urlReader, location.target, etag);
    }
    return {
      files: await readFolder(path.resolve(location.target), location.target),
      etag: undefined,
    };
  }

  /** Keeps what is wrong, and tells the platform team once of the same problems. */
  async #complain(state: StateRow, all: readonly PolicyProblem[]) {
    const { knex, config, logger, notifications } = this.#deps;
    const problems = keepFew(all, PROBLEMS_MAX);
    await recordProblems(knex, problems);
    const digest = digestOf(problems.map(formatPolicyProblem));
    if (state.told_digest === digest) return;
    logger.warn(
      `Policies cannot be put in force, and ${state.digest ? 'the last good set stays' : 'nothing is allowed until they are mended'}: ${problems
        .slice(0, 5)
        .map(formatPolicyProblem)
        .join(' ')}`,
    );
    if (config.administrators.length > 0) {
      try {
        await notifications.send({
          recipients: { type: 'entity', entityRef: config.administrators },
          payload: {
            title: `Policies cannot be put in force: ${problems.length === 1 ? 'one problem' : `${problems.length} problems`}`,
            description: formatPolicyProblem(problems[0]),
            link: compliancePath(),
            severity: 'high',
            topic: 'policies',
            scope: 'policies/problems',
          },
        });
      } catch (error) {
        // Said again with the next look.
        logger.warn(
          'The platform team could not be told of problems of policies',
          toError(error),
        );
        return;
      }
    }
    await recordTold(knex, digest);
  }
}

function limitProblems(
  locations: readonly PolicyLocation[],
  files: readonly StoredFile[],
  found: readonly PolicyProblem[],
): PolicyProblem[] {
  if (found.length > 0) return [];
  if (files.length === 0) {
    // An emptied folder is a mistake more often than the wish that anything be allowed.
    return [
      problemAt(
        locations[0].target,
        'There is no file of policies in any location. Put one there, in YAML.',
      ),
    ];
  }
  const bytes = files.reduce((sum, each) => sum + each.text.length, 0);
  return files.length > FILES_MAX || bytes > TOTAL_BYTES_MAX
    ? [
        problemAt(
          'policies.locations',
          `All locations together have ${files.length} files with ${bytes} characters; ${FILES_MAX} and ${TOTAL_BYTES_MAX} are allowed. Name fewer.`,
        ),
      ]
    : [];
}

function problemAt(file: string, message: string): PolicyProblem {
  return { file, line: 1, column: 1, message };
}

/** Without query and credentials that an address in it may carry. */
function say(error: unknown): string {
  const { message } = isError(error) ? error : toError(error);
  return message.replace(/\/\/[^/\s@]+@/g, '//').slice(0, 500);
}
