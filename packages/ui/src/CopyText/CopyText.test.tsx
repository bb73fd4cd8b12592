import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { CopyText } from './CopyText';

describe('CopyText', () => {
  it('copies the whole text, even when a part of it is shown', async () => {
    const user = userEvent.setup();
    const writeText = jest.spyOn(navigator.clipboard, 'writeText');
    render(
      <CopyText text="sha256:abcdef" name="digest">
        abc
      </CopyText>,
    );

    expect(screen.getByText('abc')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Copy digest' }));
    expect(writeText).toHaveBeenCalledWith('sha256:abcdef');
    expect(screen.getByRole('status')).toHaveTextContent('Copied');
  });

  it('says so when the browser refuses', async () => {
    const user = userEvent.setup();
    jest
      .spyOn(navigator.clipboard, 'writeText')
      .mockRejectedValue(new Error('NotAllowedError'));
    render(<CopyText text="db.internal" name="host" />);

    await user.click(screen.getByRole('button', { name: 'Copy host' }));
    expect(screen.getByRole('status')).toHaveTextContent('select the host');
  });
});
