module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  rules: {
    // The conformance suite is tests that are exported for providers to run.
    'jest/no-export': 'off',
  },
});
