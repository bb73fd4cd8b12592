import {
  renderInTestApp,
  TestApiProvider,
} from '@backstage/frontend-test-utils';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import type { FieldExtensionComponentProps } from '@backstage/plugin-scaffolder-react';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { ServiceName, validateServiceName } from './ServiceName';

const CATALOG = catalogApiMock({
  entities: [
    {
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'API',
      metadata: {
        name: 'checkout-api',
        annotations: {
          'backstage.io/managed-by-origin-location':
            'url:http://git/checkout.yaml',
        },
      },
    },
  ],
});

function Form(props: {
  name?: string;
  rawErrors?: string[];
  catalog?: typeof CATALOG;
}) {
  const [formData, onChange] = useState(props.name);
  const field = {
    schema: { title: 'Name', description: 'Its name in the catalog' },
    uiSchema: {},
    idSchema: { $id: 'root_name' },
    formData,
    onChange,
    rawErrors: props.rawErrors,
  };
  return (
    <TestApiProvider apis={[[catalogApiRef, props.catalog ?? CATALOG]]}>
      <ServiceName
        {...(field as unknown as FieldExtensionComponentProps<string>)}
      />
    </TestApiProvider>
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
    renderInTestApp(<Form name="postgres" rawErrors={[RESERVED]} />);
    await screen.findByRole('textbox', { name: 'Name' });
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('takes back what the form says of an earlier name', async () => {
    renderInTestApp(<Form rawErrors={['is reserved.']} />);
    const name = await screen.findByRole('textbox', { name: 'Name' });
    const field = () => document.querySelector('[data-answered-anew]');
    expect(name).toBeInvalid();
    expect(field()).not.toBeInTheDocument();
    await userEvent.type(name, 'orders');
    expect(name).toBeValid();
    expect(field()).toContainElement(name);
    await userEvent.clear(name);
    expect(field()).not.toBeInTheDocument();
  });

  it('says that the catalog has one of that name, and lets the form go on with it', async () => {
    renderInTestApp(<Form />);
    const name = await screen.findByRole('textbox', { name: 'Name' });
    await userEvent.type(name, 'checkout');
    expect(await screen.findByRole('status')).toHaveTextContent(
      'api:default/checkout-api is in the catalog already, from http://git/checkout.yaml. Choose another name, unless you go on with that very service.',
    );
    expect(name).toBeValid();
    await userEvent.type(name, '-two');
    expect(screen.queryByRole('status')).not.toBeInTheDocument();
  });

  it('says nothing while the catalog does not answer', async () => {
    const getEntitiesByRefs = jest.fn().mockRejectedValue(new Error('down'));
    renderInTestApp(<Form catalog={{ ...CATALOG, getEntitiesByRefs }} />);
    const name = await screen.findByRole('textbox', { name: 'Name' });
    await userEvent.type(name, 'checkout');
    await waitFor(() => expect(getEntitiesByRefs).toHaveBeenCalled());
    expect(screen.getByText('Its name in the catalog')).toBeInTheDocument();
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
