import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse } from 'msw';
import { DatabasesRouter } from '../DatabasesRouter';
import { database, operation } from '../__testUtils__/fixtures';
import { refuse, renderDatabases } from '../__testUtils__/renderDatabases';
import { setupDatabasePage } from '../__testUtils__/setupDatabasePage';

const AT = '/development/orders-db?do=hand-on';

// jsdom has none, and the list of groups wants to know when its end is seen.
class NeverSeen {
  observe() {}
  unobserve() {}
  disconnect() {}
}

describe('handing a database on', () => {
  beforeAll(() => {
    Object.assign(window, { IntersectionObserver: NeverSeen });
  });
  afterAll(() => {
    Reflect.deleteProperty(window, 'IntersectionObserver');
  });

  const { service, posts, renderPage, is } = setupDatabasePage();

  const dialogOf = () => screen.findByRole('dialog', { name: /^Hand on/ });
  async function choose(part: string, name: RegExp) {
    const dialog = await dialogOf();
    const field = within(dialog).getByRole('combobox', { name: /New owner/ });
    await userEvent.type(field, part);
    await userEvent.click(await screen.findByRole('option', { name }));
    return dialog;
  }

  it('says what follows, and asks for the group and the reason', async () => {
    renderPage();
    const more = await screen.findByRole('button', { name: 'More actions' });
    await waitFor(() => expect(more).toBeEnabled());
    await userEvent.click(more);
    await userEvent.click(
      await screen.findByRole('menuitem', { name: 'Hand on…' }),
    );
    const button = within(await dialogOf()).getByRole('button', {
      name: 'Hand it on',
    });
    expect(button).toBeDisabled();
    const dialog = await choose('pay', /PAYMENTS/);
    expect(
      within(dialog).getByRole('region', { name: 'What follows' }),
    ).toHaveTextContent(
      /It belongs to PAYMENTS at once.*team-orders no longer can.*Personal logins.*end at once.*login stay as they are/,
    );
    expect(button).toBeDisabled();
    await userEvent.type(
      within(dialog).getByLabelText(/Reason/),
      'They run it',
    );
    await userEvent.click(button);
    await waitFor(() =>
      expect(posts()).toMatchObject([
        {
          path: `/databases/${database.id}/owner`,
          body: { owner: 'group:default/team-payments', reason: 'They run it' },
          key: expect.stringMatching(/^[0-9a-f-]{36}$/),
        },
      ]),
    );
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(screen.getByLabelText('address')).toHaveTextContent(
      /^\/development\/orders-db$/,
    );
  });

  it('is opened by its address, and keeps what was typed when it is refused', async () => {
    service.answers({
      'POST /databases/:id/owner': () =>
        refuse(403, 'NotAllowedError', 'owners (owner): Not to them.'),
    });
    renderDatabases(<DatabasesRouter />, { at: AT });
    const dialog = await choose('plat', /PLATFORM/);
    const reason = within(dialog).getByLabelText(/Reason/);
    await userEvent.type(reason, 'They run it');
    const button = within(dialog).getByRole('button', { name: 'Hand it on' });
    await userEvent.click(button);
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      /Not to them/,
    );
    expect(reason).toHaveValue('They run it');
    // The same again is no second change, another one is.
    await userEvent.click(button);
    await waitFor(() => expect(posts()).toHaveLength(2));
    await userEvent.type(reason, ' now');
    await userEvent.click(button);
    await waitFor(() => expect(posts()).toHaveLength(3));
    const [first, second, third] = posts().map(({ key }) => key);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('says that an order is asked about anew', async () => {
    is({ state: 'awaiting-approval', endpoint: undefined });
    renderDatabases(<DatabasesRouter />, { at: AT });
    expect(await dialogOf()).toHaveTextContent(
      /What was decided so far counts no more/,
    );
  });

  it('is not offered while something is under way, nor to who may not', async () => {
    service.answers({
      'GET /operations/:id': () =>
        HttpResponse.json({
          ...operation,
          type: 'rotate',
          state: 'waiting',
          finishedAt: undefined,
          cancel: 'at-once',
        }),
    });
    renderDatabases(<DatabasesRouter />, { at: AT });
    await userEvent.click(
      await screen.findByRole('button', { name: 'More actions' }),
    );
    expect(screen.queryByRole('menuitem', { name: 'Hand on…' })).toBeNull();
    expect(screen.queryByRole('dialog', { name: /^Hand on/ })).toBeNull();
  });
});
