import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ExtensionError } from './ExtensionError';

describe('ExtensionError', () => {
  it('says which part failed and why, and tries it again', async () => {
    const resetError = jest.fn();
    render(
      <ExtensionError
        plugin={{ id: 'boats', title: 'Boats' } as never}
        error={new Error('no water')}
        resetError={resetError}
      />,
    );
    expect(screen.getByRole('alert')).toHaveTextContent('Boats failedno water');
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(resetError).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['ChunkLoadError', 'failed'],
    ['Error', 'Loading CSS chunk 12 failed.'],
  ])('says that a file did not arrive: %s, %s', (name, message) => {
    const error = Object.assign(new Error(message), { name });
    render(<ExtensionError error={error} resetError={() => {}} />);
    expect(screen.getByRole('alert')).toHaveTextContent(
      'This part of the portal could not be loadedThe portal was not reachable, or has a new version. Load the page again.',
    );
    expect(screen.getByRole('button')).toHaveTextContent('Try again');
  });
});
