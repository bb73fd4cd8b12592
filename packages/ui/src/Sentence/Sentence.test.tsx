import { renderInTestApp } from '@backstage/frontend-test-utils';
import { entityPresentationApiRef } from '@backstage/plugin-catalog-react';
import { screen } from '@testing-library/react';
import { Sentence } from './Sentence';

describe('Sentence', () => {
  it('names people as the catalog does, and writes times for people', async () => {
    const snapshot = { entityRef: 'x', primaryTitle: 'Sam Okafor' };
    renderInTestApp(
      <p>
        <Sentence text="The login of user:default/sam.okafor, until 2026-11-22T02:04:11.070Z, was removed." />
      </p>,
      {
        apis: [
          [
            entityPresentationApiRef,
            {
              forEntity: () => ({
                snapshot,
                promise: Promise.resolve(snapshot),
              }),
            },
          ],
        ],
      },
    );
    const name = await screen.findByText('Sam Okafor');
    expect(name).toHaveAttribute('title', 'user:default/sam.okafor');
    expect(name.parentElement).toHaveTextContent(
      'The login of Sam Okafor, until 2026-11-22 02:04 UTC, was removed.',
    );
  });

  it('leaves other words alone', async () => {
    const text = 'Done: create user:orders, see group: none at 12:00';
    renderInTestApp(<Sentence text={text} />);
    expect(await screen.findByText(text)).toBeInTheDocument();
  });
});
