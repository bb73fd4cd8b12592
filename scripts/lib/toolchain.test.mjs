import assert from 'node:assert/strict';
import { test } from 'node:test';
import { yarnSettings } from './toolchain.mjs';

const defaults = {
  registry: 'https://registry.npmjs.org/',
  'strict-ssl': true,
};

test('npm’s defaults need not be said', () => {
  assert.deepEqual(yarnSettings(defaults, {}), {});
});

test('registry, proxy and certificates of npm become Yarn’s', () => {
  assert.deepEqual(
    yarnSettings(
      {
        registry: 'http://mirror.example:8081/npm/',
        proxy: 'http://proxy.example:3128',
        'https-proxy': null,
        cafile: '/etc/company.pem',
        'strict-ssl': false,
      },
      {},
    ),
    {
      YARN_NPM_REGISTRY_SERVER: 'http://mirror.example:8081/npm',
      YARN_UNSAFE_HTTP_WHITELIST: 'mirror.example',
      YARN_HTTP_PROXY: 'http://proxy.example:3128',
      YARN_HTTPS_PROXY: 'http://proxy.example:3128',
      YARN_HTTPS_CA_FILE_PATH: '/etc/company.pem',
      YARN_ENABLE_STRICT_SSL: 'false',
    },
  );
});

test('what is said to Yarn itself wins', () => {
  assert.deepEqual(
    yarnSettings(
      { ...defaults, cafile: '/etc/company.pem' },
      { YARN_HTTPS_CA_FILE_PATH: '/mine.pem' },
    ),
    {},
  );
});
