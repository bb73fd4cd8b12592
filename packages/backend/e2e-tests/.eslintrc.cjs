// These tests are no part of the package: Node runs them in the repository, with its scripts and what the benchmarks
// share with them. Their imports are not shipped.
module.exports = {
  rules: {
    '@backstage/no-relative-monorepo-imports': 'off',
    '@backstage/no-undeclared-imports': 'off',
  },
};
