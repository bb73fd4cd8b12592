import { ResponseError } from '@backstage/errors';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ErrorState } from './ErrorState';

describe('ErrorState', () => {
  it("shows the server's own words and offers to try again", async () => {
    const response = new Response(
      JSON.stringify({
        error: { name: 'ConflictError', message: 'orders-db exists already' },
        response: { statusCode: 409 },
      }),
      { status: 409, headers: { 'content-type': 'application/json' } },
    );
    const onRetry = jest.fn();
    render(
      <ErrorState
        title="The database could not be ordered"
        error={await ResponseError.fromResponse(response)}
        onRetry={onRetry}
      />,
    );

    expect(screen.getByRole('alert')).toHaveTextContent(
      'The database could not be orderedorders-db exists already',
    );
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(onRetry).toHaveBeenCalledTimes(1);
  });

  it('says in words that nobody answered', () => {
    render(
      <ErrorState title="No list" error={new TypeError('Failed to fetch')} />,
    );
    expect(screen.getByRole('alert')).toHaveTextContent(
      'The portal could not be reached.',
    );
    expect(screen.queryByRole('button')).not.toBeInTheDocument();
  });

  it('shows what is no error', () => {
    render(<ErrorState title="No list" error="out of paper" />);
    expect(screen.getByRole('alert')).toHaveTextContent('out of paper');
  });
});
