import { InputError } from '@backstage/errors';
import {
  createTemplateAction,
  getRepoSourceDirectory,
  initRepoAndPush,
} from '@backstage/plugin-scaffolder-node';
import fs from 'fs-extra';
import { join } from 'node:path';
import type { StepContext } from '../lib/StepContext';
import { carriesMarker, describeWithMarker } from '../hosts/marker';
import { readRefs } from '../hosts/readRefs';
import type { NewRepository, RepositoryHost } from '../hosts/RepositoryHost';
import type {
  RepositoryHosts,
  RepositoryLocation,
} from '../hosts/RepositoryHosts';
import { authorOf } from '../lib/authorOf';
import { retryWhatPasses } from '../lib/retryWhatPasses';
import { requesterOf, type Things } from '../things/Things';
import { publishExamples } from './publish.examples';

/** A repository whose files are there. */
type Published = {
  remoteUrl: string;
  cloneUrl: string;
  repoContentsUrl: string;
  commitHash: string;
};

/**
 * Creates a repository with the files of the workspace, on any host that the
 * portal is integrated with.
 *
 * @remarks
 *
 * Safe to repeat: it looks at the host before it acts. A repository that this
 * task made goes on where it stopped; any other is never touched. While the
 * host is away for a moment, it waits.
 */
export function createPublishAction(options: {
  hosts: RepositoryHosts;
  things: Things;
}) {
  const { hosts, things } = options;
  return createTemplateAction({
    id: 'slipway:publish',
    description:
      'Creates a repository from the files of the workspace on Gitea, GitHub or GitLab, with the rights of the person who asks and with them as the author. Never touches a repository that exists.',
    examples: publishExamples,
    supportsDryRun: true,
    schema: {
      input: {
        repoUrl: z =>
          z.string({
            description: 'Where, as the field RepoUrlPicker gives it',
          }),
        description: z =>
          z.string({ description: 'What the repository holds' }).max(250),
        token: z =>
          z
            .string({
              description: `The requester's own token for the host, from secrets.`,
            })
            .optional(),
        repoVisibility: z =>
          z
            .enum(['private', 'public'], {
              description: 'Who may read it. Default: private',
            })
            .optional(),
        defaultBranch: z =>
          z
            .string({ description: 'The branch that is made. Default: main' })
            .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/)
            .optional(),
        sourcePath: z =>
          z
            .string({
              description:
                'The folder of the workspace to publish. Default: all',
            })
            .optional(),
        commitMessage: z =>
          z.string({ description: 'Of the first commit' }).max(500).optional(),
      },
      output: {
        remoteUrl: z => z.string({ description: 'Where people look at it' }),
        cloneUrl: z => z.string({ description: 'Where git clones it' }),
        repoContentsUrl: z =>
          z.string({ description: 'Where the catalog reads its files' }),
        commitHash: z => z.string({ description: 'Its first commit' }),
      },
    },
    async handler(ctx) {
      const { input } = ctx;
      const location = hosts.locate(input.repoUrl);
      const branch = input.defaultBranch ?? 'main';
      const title = `Repository ${location.host}/${location.owner}/${location.repo}`;
      if (ctx.isDryRun) {
        ctx.logger.info(`${title} would be created.`);
        return;
      }
      requesterOf(ctx);

      const host = await hosts.open(location, input.token);
      const published = await things.report(ctx, () =>
        ctx.checkpoint({
          key: `publish.${location.ref}.${branch}`,
          fn: () =>
            retryWhatPasses(ctx, () =>
              publish(ctx, host, {
                location,
                title,
                wanted: {
                  repoUrl: input.repoUrl,
                  description: input.description,
                  defaultBranch: branch,
                  visibility: input.repoVisibility ?? 'private',
                  sourcePath: input.sourcePath,
                  commitMessage:
                    input.commitMessage ??
                    `Start ${location.repo} from a template`,
                  author: authorOf(ctx),
                },
              }),
            ),
        }),
      );
      ctx.logger.info(`${title}: ${published.remoteUrl}`);
      ctx.output('remoteUrl', published.remoteUrl);
      ctx.output('cloneUrl', published.cloneUrl);
      ctx.output('repoContentsUrl', published.repoContentsUrl);
      ctx.output('commitHash', published.commitHash);
    },
  });
  /** Looks at the host before it acts, so that it may be done again at any time. */
  async function publish(
    ctx: StepContext,
    host: RepositoryHost,
    what: {
      location: RepositoryLocation;
      title: string;
      wanted: NewRepository;
    },
  ): Promise<Published> {
    const { location, title, wanted } = what;
    const before = await host.find();
    const thing = await things.claim(ctx, {
      kind: 'repository',
      ref: location.ref,
      title,
      exists: before !== undefined,
      isOurs: known => before !== undefined && carriesMarker(before, known.id),
    });
    try {
      const made = await ensure(ctx, host, {
        ...wanted,
        description: describeWithMarker(wanted.description, thing.id),
      });
      await things.confirm(thing, {
        url: made.remoteUrl,
        details: {
          branch: wanted.defaultBranch,
          commitHash: made.commitHash,
        },
      });
      return made;
    } catch (error) {
      // Only where the host says that there is nothing.
      const after = await host.find().catch(() => 'unknown');
      if (after === undefined) {
        await things.forget(thing);
      }
      throw error;
    }
  }
}

/** Creates what is missing: the repository, its first commit, or nothing. */
async function ensure(
  ctx: StepContext,
  host: RepositoryHost,
  wanted: NewRepository,
): Promise<Published> {
  const dir = getRepoSourceDirectory(ctx.workspacePath, wanted.sourcePath);
  // A commit that was made but never pushed must not become a parent.
  await fs.remove(join(dir, '.git'));

  let found = await host.find();
  if (!found) {
    await host.create(ctx, wanted);
    found = await host.find();
  }
  if (!found) {
    throw new InputError(
      `repoUrl: the host took the order for ${host.webUrl()} but does not show it to you. Ask its administrators whether you may read it.`,
    );
  }
  let head = await readHead(host, found.cloneUrl, wanted.defaultBranch);
  if (!head) {
    ctx.logger.info('The repository is there: pushing the files.');
    await initRepoAndPush({
      dir,
      remoteUrl: found.cloneUrl,
      auth: host.credentials,
      logger: ctx.logger,
      defaultBranch: wanted.defaultBranch,
      commitMessage: wanted.commitMessage,
      gitAuthorInfo: wanted.author,
    });
    head = await readHead(host, found.cloneUrl, wanted.defaultBranch);
  }
  return {
    remoteUrl: found.url,
    cloneUrl: found.cloneUrl,
    repoContentsUrl: host.contentsUrl(wanted.defaultBranch),
    commitHash: head ?? '',
  };
}

async function readHead(
  host: RepositoryHost,
  cloneUrl: string,
  branch: string,
): Promise<string | undefined> {
  const ref = `refs/heads/${branch}`;
  return (await readRefs(cloneUrl, host.credentials, ref)).get(ref);
}
