import { z } from 'zod';
import { ask, assertOneOf, parse } from './askHost';

const permissionSchema = z.object({ permission: z.string() });
const teamsSchema = z.array(
  z.object({
    id: z.number(),
    permission: z.string(),
    /** What its members may do with each part of a repository. */
    units_map: z.record(z.string(), z.string()).nullish(),
  }),
);

type Team = z.infer<typeof teamsSchema>[number];

/** Those that may do everything, whatever parts they have. */
const EVERYTHING = ['admin', 'owner'];

/**
 * Whether somebody reads the code of a repository of which Gitea says that they have a permission.
 *
 * @remarks
 * In an organisation that permission is the best that one of their teams has for any part of the repository, and so may be for its
 * issues only. Gitea tells nobody about the code of others in one answer: it is asked what teams there are, and where one of
 * them does not read the code, how somebody comes by the permission.
 *
 * @returns undefined when Gitea does not tell the portal's account who is in a team
 */
export async function readsCodeOnGitea(
  answer: unknown,
  login: string,
  repository: {
    api: string;
    repositoryUrl: string;
    headers: Record<string, string>;
  },
): Promise<boolean | undefined> {
  const { api, repositoryUrl, headers } = repository;
  if (
    EVERYTHING.includes(
      parse(permissionSchema, answer, repositoryUrl).permission,
    )
  ) {
    return true;
  }
  const name = encodeURIComponent(login);

  const teamsUrl = `${repositoryUrl}/teams`;
  const { status, body } = await ask(teamsUrl, headers);
  assertOneOf([200, 401, 403, 404, 405], status, teamsUrl);
  if (status === 405) {
    // It belongs to no organisation: who is let in reads all of it.
    return true;
  }
  if (status !== 200) {
    return undefined;
  }
  const teams = parse(teamsSchema, body, teamsUrl);
  const withCode = teams.filter(readsCode);
  if (withCode.length === teams.length) {
    return true;
  }

  const ownUrl = `${repositoryUrl}/collaborators/${name}`;
  const own = await ask(ownUrl, headers);
  assertOneOf([204, 401, 403, 404, 422], own.status, ownUrl);
  if (own.status === 204) {
    return true;
  }
  let isTold = own.status === 404 || own.status === 422;
  for (const { id } of withCode) {
    const memberUrl = `${api}/teams/${id}/members/${name}`;
    const member = await ask(memberUrl, headers);
    assertOneOf([200, 401, 403, 404], member.status, memberUrl);
    if (member.status === 200) {
      return true;
    }
    isTold &&= member.status === 404;
  }
  return isTold ? false : undefined;
}

function readsCode({ permission, units_map: units }: Team): boolean {
  const code = units?.['repo.code'];
  return (
    EVERYTHING.includes(permission) || (code !== undefined && code !== 'none')
  );
}
