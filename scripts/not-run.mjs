/**
 * What no test of ours can try here, because the other side cannot be had as a package. Printed by each test run as
 * not run; never counted as passed.
 */
export const notRun = [
  {
    name: 'publishing to a real GitHub, GitLab and Gitea',
    why: 'needs an account on such a host; the same template is tried against the local git host',
  },
];
