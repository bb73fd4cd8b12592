import { renderInTestApp } from '@backstage/frontend-test-utils';
import type { FieldExtensionComponentProps } from '@backstage/plugin-scaffolder-react';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { ServiceName, validateServiceName } from './ServiceName';

function Form(props: { rawErrors?: string[] }) {
  const [formData, onChange] = useState<string | undefined>();
  const field = {
    schema: { title: 'Name', description: 'Its name in the catalog' },
    uiSchema: {},
    idSchema: { $id: 'root_name' },
    formData,
    onChange,
    rawErrors: props.rawErrors,
  };
  return (
    <ServiceName
      {...(field as unknown as FieldExtensionComponentProps<string>)}
    />
  );
}

function errorsOf(name: string | undefined): string[] {
  const errors: string[] = [];
  validateServiceName(name, { addError: message => errors.push(message) });
  return errors;
}

// The form puts the field's title before it.
const RESERVED =
  'is "postgres", which is reserved. Say what the service does, for example "orders".';

describe('ServiceName', () => {
  it('says as one types that a name is reserved, and stops when it is not any more', async () => {
    renderInTestApp(<Form />);
    const name = await screen.findByRole('textbox', { name: 'Name' });
    expect(screen.getByText('Its name in the catalog')).toBeInTheDocument();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    await userEvent.type(name, 'postgres');
    expect(screen.getByRole('alert')).toHaveTextContent(`Name ${RESERVED}`);
    expect(name).toBeInvalid();
    await userEvent.type(name, '-orders');
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    expect(name).toBeValid();
  });

  it('does not repeat what the form says already', async () => {
    renderInTestApp(<Form rawErrors={[RESERVED]} />);
    await userEvent.type(
      await screen.findByRole('textbox', { name: 'Name' }),
      'postgres',
    );
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('keeps the form from going on with it', () => {
    expect(errorsOf('postgres')).toEqual([RESERVED]);
    expect(errorsOf('x'.repeat(38))).toEqual([
      'is 38 characters long. Shorten it to at most 37.',
    ]);
    expect(errorsOf('orders')).toEqual([]);
    expect(errorsOf(undefined)).toEqual([]);
  });
});
