const { join, resolve } = require('node:path');

const root = resolve(__dirname, '../..');
const libraries = join(root, 'node_modules');

/**
 * Compiles as the transformer at `path` does with `options`. The key of a file in the cache is made of these, its text, and its place in the
 * repository: jest's own has all of the package's configuration in it, such as its name, which changes nothing. Clones share what
 * is compiled of libraries; of our sources, whose places are named where something fails, each has its own.
 */
module.exports.createTransformer = ({ path, options }) => {
  const transformer = require(join(__dirname, path)).createTransformer(options);
  return {
    process: transformer.process,
    getCacheKey: (text, file, { config, ...rest }) =>
      transformer.getCacheKey(text, file, {
        ...rest,
        config: { ...config, rootDir: root },
        configString: file.startsWith(libraries) ? '' : root,
      }),
  };
};
