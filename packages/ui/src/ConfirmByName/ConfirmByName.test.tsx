import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ConfirmByName } from './ConfirmByName';

function renderDialog(options: {
  onConfirm: () => Promise<void>;
  onClose?: () => void;
  name?: string;
}) {
  render(
    <ConfirmByName
      isOpen
      title="Delete orders-db"
      action="Delete database"
      onClose={options.onClose ?? jest.fn()}
      onConfirm={options.onConfirm}
      name={options.name}
    >
      All data is lost.
    </ConfirmByName>,
  );
}

describe('ConfirmByName', () => {
  it('waits for the exact name before it acts', async () => {
    const onConfirm = jest.fn(async () => {});
    const onClose = jest.fn();
    renderDialog({ onConfirm, onClose, name: 'orders-db' });

    const button = screen.getByRole('button', { name: 'Delete database' });
    expect(button).toBeDisabled();
    await userEvent.type(screen.getByLabelText('Name'), 'orders');
    expect(button).toBeDisabled();
    await userEvent.type(screen.getByLabelText('Name'), '-db');
    await userEvent.click(button);

    expect(onConfirm).toHaveBeenCalledTimes(1);
    expect(onClose).toHaveBeenCalledTimes(1);
  });

  it('asks for no name when there is a way back', async () => {
    const onConfirm = jest.fn(async () => {});
    renderDialog({ onConfirm });
    expect(screen.queryByLabelText('Name')).not.toBeInTheDocument();
    await userEvent.click(
      screen.getByRole('button', { name: 'Delete database' }),
    );
    expect(onConfirm).toHaveBeenCalledTimes(1);
  });

  it('stays open with the reason and what was typed when it fails', async () => {
    const onClose = jest.fn();
    renderDialog({
      onConfirm: async () => {
        throw new Error('Deletion protection is on');
      },
      onClose,
      name: 'orders-db',
    });
    await userEvent.type(screen.getByLabelText('Name'), 'orders-db');
    await userEvent.click(
      screen.getByRole('button', { name: 'Delete database' }),
    );

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Deletion protection is on',
    );
    expect(screen.getByLabelText('Name')).toHaveValue('orders-db');
    expect(onClose).not.toHaveBeenCalled();
  });
});
