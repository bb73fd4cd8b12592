// Node runs these tests; nothing of them gets into the browser's bundle.
module.exports = {
  env: { node: true },
  rules: { 'no-restricted-imports': 'off' },
};
