/** Renders the golden path exactly as a task does: with the scaffolder's own `fetch:template`. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

// Backstage's packages are loaded as the backend loads them: as CommonJS.
const require = createRequire(import.meta.url);
const { ConfigReader } = require('@backstage/config');
const { ScmIntegrations } = require('@backstage/integration');
const {
  createFetchTemplateAction,
} = require('@backstage/plugin-scaffolder-backend');

const here = new URL('./', import.meta.url);

const integrations = ScmIntegrations.fromConfig(new ConfigReader({}));
const action = createFetchTemplateAction({
  integrations,
  reader: {
    readUrl: () => Promise.reject(new Error('everything is local')),
    readTree: () => Promise.reject(new Error('everything is local')),
    search: () => Promise.reject(new Error('everything is local')),
  },
});

const quiet = () => undefined;
const logger = { info: quiet, warn: quiet, debug: quiet, error: quiet };
logger.child = () => logger;

/** The template as it is registered. */
export async function readTemplate() {
  return parse(await readFile(new URL('template.yaml', here), 'utf8'));
}

/**
 * Runs each `fetch:template` step of the template whose condition holds.
 * @param values what the form and the steps before would give
 */
export async function render(workspacePath, values) {
  const template = await readTemplate();
  const temporary = await mkdtemp(join(tmpdir(), 'render-'));
  for (const step of template.spec.steps) {
    const skipped = step.id === 'database-files' && !values.database;
    if (step.action !== 'fetch:template' || skipped) {
      continue;
    }
    await action.handler({
      input: { ...step.input, values },
      workspacePath,
      logger,
      output: quiet,
      checkpoint: ({ fn }) => fn(),
      createTemporaryDirectory: () => mkdtemp(join(temporary, 'step-')),
      templateInfo: {
        entityRef: 'template:default/typescript-service',
        baseUrl: new URL('template.yaml', here).href,
      },
    });
  }
  await rm(temporary, { recursive: true });
}
