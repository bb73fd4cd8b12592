import { renderInTestApp } from '@backstage/frontend-test-utils';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { EntityField } from './EntityField';

const person = (name: string, displayName: string) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { name },
  spec: { profile: { displayName }, memberOf: [] },
});

function Form({ without }: { without?: string[] }) {
  const [value, setValue] = useState<string>();
  return (
    <>
      <EntityField
        label="Who"
        kinds={['user']}
        value={value}
        onChange={setValue}
        without={without}
      />
      <output aria-label="chosen">{value ?? 'nobody'}</output>
      <button onClick={() => setValue(undefined)}>Clear</button>
    </>
  );
}

const render = (props: { without?: string[] } = {}) =>
  renderInTestApp(<Form {...props} />, {
    apis: [
      [
        catalogApiRef,
        catalogApiMock({
          entities: [
            person('tom.becker', 'Tom Becker'),
            person('ines.moreau', 'Ines Moreau'),
            {
              apiVersion: 'backstage.io/v1alpha1',
              kind: 'Group',
              metadata: { name: 'becker-team' },
              spec: { type: 'team', children: [] },
            },
          ],
        }),
      ],
    ],
  });
const search = async (part: string) =>
  userEvent.type(await screen.findByRole('searchbox', { name: 'Who' }), part);

describe('EntityField', () => {
  it('finds people by a part of their name, and gives their ref', async () => {
    render();
    await search('beck');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Tom Becker' }),
    );
    expect(screen.getByLabelText('chosen')).toHaveTextContent(
      'user:default/tom.becker',
    );
    expect(screen.getByText(/^Chosen:/)).toHaveTextContent(/tom.becker/);
    expect(screen.queryByRole('group', { name: 'Found' })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Clear' }));
    expect(screen.queryByText(/^Chosen:/)).toBeNull();
  });

  it('offers nobody who is left out, and says so', async () => {
    render({ without: ['user:default/tom.becker'] });
    await search('beck');
    expect(
      await screen.findByText('Nobody who could be chosen is called so.'),
    ).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Tom Becker' })).toBeNull();
  });
});
