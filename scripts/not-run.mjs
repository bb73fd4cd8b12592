/**
 * What no test of ours can try here, because the other side cannot be had as a package or takes rights that we do not
 * have. Printed by each test run as not run; never counted as passed.
 */
export const notRun = [
  {
    name: 'publishing to a real GitHub, GitLab and Gitea',
    why: 'needs an account on such a host; the same template is tried against the local git host',
  },
  ...(process.getuid?.() === 0 && process.platform === 'linux'
    ? []
    : [
        {
          name: 'a full disk below Postgres',
          why: 'takes root on Linux to make a small file system',
        },
      ]),
];
