import { renderInTestApp } from '@backstage/frontend-test-utils';
import type {
  CustomFieldValidator,
  FieldExtensionComponentProps,
} from '@backstage/plugin-scaffolder-react';
import { screen } from '@testing-library/react';
import { explainRepository } from './explainRepository';

const field = explainRepository({
  component: ({ formData }) => <output>{formData}</output>,
  validation: (value, validation) => {
    if (!value.includes('repo=')) {
      validation.addError('The field’s own words');
    }
  },
});

async function errorsOf(value: string): Promise<string[]> {
  const errors: string[] = [];
  type Arguments = Parameters<CustomFieldValidator<string>>;
  await field.validation!(
    value,
    { addError: (message: string) => errors.push(message) } as Arguments[1],
    {} as Arguments[2],
  );
  return errors;
}

describe('explainRepository', () => {
  it.each([
    ['wiki', /"wiki", which git hosts keep for themselves/],
    ['orders.git', /git hosts keep for themselves/],
    ['a b', /Use letters, digits/],
  ])('says at once of %s what is wrong', async (repo, expected) => {
    const value = `git.example.com?${new URLSearchParams({ owner: 'acme', repo })}`;
    const { component: Field } = field;
    const props = { formData: value };
    renderInTestApp(
      <Field {...(props as FieldExtensionComponentProps<string>)} />,
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(expected);
    expect(screen.getByRole('status')).toHaveTextContent(value);
    expect(await errorsOf(value)).toEqual([expect.stringMatching(expected)]);
  });

  it('leaves the rest to the field', async () => {
    expect(await errorsOf('git.example.com?owner=a&repo=orders')).toEqual([]);
    expect(await errorsOf('git.example.com?owner=a')).toEqual([
      'The field’s own words',
    ]);
  });
});
