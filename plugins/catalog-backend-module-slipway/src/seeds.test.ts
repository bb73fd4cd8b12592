import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { templateEntityV1beta3Validator } from '@backstage/plugin-scaffolder-common';
import { parse } from 'yaml';

const examples = resolve(__dirname, '../../../examples');
const read = (file: string) => readFileSync(resolve(examples, file), 'utf8');

describe('documents of the articles that are not taken in', () => {
  it.each(['new-service', 'new-developer-onboarding'])(
    'the template %s is valid',
    async name => {
      const template = parse(read(`seeds/templates/${name}.yaml`));
      await expect(
        templateEntityV1beta3Validator.check(template),
      ).resolves.toBe(true);
      expect(template.metadata.name).toBe(name);
    },
  );

  it('no template is offered whose actions the portal does not have', () => {
    expect(read('app-config.sample.yaml')).not.toContain('seeds/templates');
  });

  it.each(['my-service', 'payment-worker'])(
    'the Score file of %s is readable',
    name => {
      const score = parse(read(`seeds/score/${name}.score.yaml`));
      expect(score).toMatchObject({
        apiVersion: 'score.dev/v1b1',
        metadata: { name },
        containers: { [name]: { image: '.' } },
      });
      expect(score.resources).toBeDefined();
    },
  );
});
