/**
 * What no test of ours can try here, because the other side cannot be had as a package or takes rights that we do not
 * have. Printed by each test run as not run; never counted as passed.
 */
export const notRun = [
  {
    name: 'publishing to a real GitHub, GitLab and Gitea',
    why: 'needs an account on such a host; the same template is tried against the local git host',
  },
  ...(process.env.SLIPWAY_TEST_VAULT_ADDR
    ? []
    : [
        {
          name: 'the Vault store against a Vault or an OpenBao',
          why: 'neither can be had as a package; set SLIPWAY_TEST_VAULT_ADDR and SLIPWAY_TEST_VAULT_TOKEN to try yours',
        },
      ]),
  ...(process.getuid?.() === 0 && process.platform === 'linux'
    ? []
    : [
        {
          name: 'a full disk below Postgres',
          why: 'takes root on Linux to make a small file system',
        },
      ]),
];
