import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  renderDatabases,
  setupService,
} from '../__testUtils__/renderDatabases';
import { DatabasesRouter } from '../DatabasesRouter';

describe('databases that are not ours', () => {
  const service = setupService();

  it('are listed, and one is looked at from all sides', async () => {
    const provider = { id: 'shared', title: 'Shared Postgres' };
    service.answers({
      'GET /imports': () => ({ items: [provider] }),
      'GET /imports/shared': () => ({
        provider,
        items: [{ name: 'legacy', owner: 'legacy_owner', sizeBytes: 8388608 }],
      }),
      'GET /imports/shared/legacy': () => ({
        provider,
        name: 'legacy',
        owner: 'legacy_owner',
        at: '2026-01-01T10:00:00Z',
        version: '18.1',
        encoding: 'UTF8',
        logins: [{ name: 'reports', by: 'everybody', sessions: 2 }],
        furtherLogins: 3,
        differences: [
          { what: 'public-access', wanted: 'none', found: 'everybody' },
        ],
        wouldChange: ['Its data stays.'],
        obstacles: ['It belongs to an administrator.'],
        unseen: ['How large it is.'],
      }),
    });
    renderDatabases(<DatabasesRouter />, { at: '/not-ours' });
    await userEvent.click(await screen.findByRole('link', { name: 'legacy' }));
    const report = await screen.findByRole('region', { name: 'legacy' });
    for (const words of [
      /size not known/,
      /It belongs to an administrator/,
      /public-access: everybody; wanted: none/,
      /Its data stays/,
      /reports, because everybody on the server may, 2 sessions open/,
      /and 3 more/,
      /How large it is/,
    ]) {
      expect(report).toHaveTextContent(words);
    }
    // Nothing there asks for a change.
    expect(service.seen.every(({ method }) => method === 'GET')).toBe(true);
  });
});
