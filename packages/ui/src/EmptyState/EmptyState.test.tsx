import { render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router-dom';
import { EmptyState } from './EmptyState';

describe('EmptyState', () => {
  it('invites with a sentence, a button and a link', () => {
    render(
      <MemoryRouter
        future={{ v7_startTransition: true, v7_relativeSplatPath: true }}
      >
        <EmptyState
          title="Your team has no databases yet."
          action={<button>Order a database</button>}
          docs={{ href: '/docs/databases', label: 'How databases work' }}
        />
      </MemoryRouter>,
    );
    expect(screen.getByText('Your team has no databases yet.')).toBeVisible();
    expect(screen.getByRole('button')).toHaveTextContent('Order a database');
    expect(screen.getByRole('link')).toHaveAttribute('href', '/docs/databases');
  });
});
