const { relative } = require('node:path');

/**
 * What `backstage-cli repo test` runs jest with, and one thing more: what was compiled for one package is taken for the next as well.
 * Each file of node_modules would otherwise be compiled for each of our packages anew.
 */
module.exports = require('@backstage/cli/config/jest').then(config => ({
  ...config,
  projects: config.projects.map(project => ({
    ...project,
    transform: Object.fromEntries(
      Object.entries(project.transform).map(([pattern, transform]) => [
        pattern,
        shared(transform),
      ]),
    ),
  })),
}));

/** The same compiler, behind ours; what compiles nothing stays as it is. */
function shared(transform) {
  if (!Array.isArray(transform)) {
    return transform;
  }
  const [path, options] = transform;
  return [
    require.resolve('./transform.cjs'),
    { path: relative(__dirname, path), options },
  ];
}
