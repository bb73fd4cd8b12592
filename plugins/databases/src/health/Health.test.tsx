import { databaseHealthSignalsChannel } from '@slipway/plugin-databases-common';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { database } from '../__testUtils__/fixtures';
import { setupDatabasePage } from '../__testUtils__/setupDatabasePage';

const GIB = 2 ** 30;
const health = {
  usage: {
    measuredAt: '2026-01-02T10:00:00Z',
    sizeBytes: 1.5 * GIB,
    sessions: 3,
    cacheHitRatio: 0.987,
    growthBytesPerDay: GIB / 8,
    daysToFull: 28,
    lastUsedAt: '2026-01-02T10:00:00Z',
  },
  limits: { storageBytes: 5 * GIB, connections: 20 },
  thresholds: {
    storage: { warning: 80, critical: 95 },
    connections: 80,
    cacheHit: 90,
    daysToFull: 14,
  },
  levels: { storage: 'ok' },
  tells: ['size', 'sessions', 'cache-hits', 'slow-queries'],
  history: [
    { at: '2026-01-01T10:00:00Z', sizeBytes: GIB, sessions: 1 },
    { at: '2026-01-02T10:00:00Z', sizeBytes: 1.5 * GIB, sessions: 3 },
  ],
};

describe('the health of a database', () => {
  const { service, renderPage } = setupDatabasePage();
  const part = async () => screen.findByRole('region', { name: 'Health' });

  it('is shown in words and charts, live, with the period in the address', async () => {
    let answer: object = health;
    service.answers({ 'GET /databases/:id/health': () => answer });
    const { signal } = renderPage();
    expect(await screen.findByText('1.5 GiB of 5 GiB, 30 %')).toBeVisible();
    const section = within(await part());
    for (const words of [
      '128 MiB a day',
      'in about 28 days',
      '3 of 20',
      '99 %',
    ]) {
      expect(section.getAllByText(words)[0]).toBeVisible();
    }
    expect(
      section.getByRole('img', {
        name: /^Storage used.*1 GiB on .*1.5 GiB on/,
      }),
    ).toBeVisible();

    answer = { ...health, usage: { ...health.usage, sessions: 19 } };
    await signal(databaseHealthSignalsChannel(database.id));
    expect(await section.findByText('19 of 20')).toBeVisible();

    await userEvent.click(
      section.getByRole('button', { name: /Period of the charts/ }),
    );
    await userEvent.click(
      await screen.findByRole('option', { name: 'Last day' }),
    );
    expect(await screen.findByLabelText('address')).toHaveTextContent('days=1');
    expect(
      service.seen.filter(({ path }) => path.endsWith('/health')).at(-1)?.query,
    ).toEqual(new URLSearchParams({ days: '1' }));
  });

  it('says that nothing was measured yet', async () => {
    const { usage, ...nothing } = { ...health, history: [] };
    service.answers({ 'GET /databases/:id/health': () => nothing });
    renderPage();
    expect(await screen.findByText(/^Nothing was measured yet/)).toBeVisible();
  });

  it('does not make up what is not known', async () => {
    service.answers({
      'GET /databases/:id/health': () => ({
        ...health,
        tells: ['sessions'],
        usage: { measuredAt: health.usage.measuredAt, sessions: 0 },
      }),
    });
    renderPage();
    expect(
      await screen.findByText('Not known yet: it takes a day of measurements'),
    ).toBeVisible();
    const section = within(await part());
    expect(
      section.getByText(
        'Its server does not tell its size and how often reads are answered from memory.',
      ),
    ).toBeVisible();
    expect(section.getByText('No session was seen yet')).toBeVisible();
    expect(section.queryByText('Full')).not.toBeInTheDocument();
    expect(section.getAllByRole('img')).toHaveLength(1);
  });

  it('shows slow statements when they are asked for, or why they are not told', async () => {
    let answer: object = {
      told: true,
      queries: [
        {
          query: 'SELECT a FROM b WHERE c = $1',
          calls: 12,
          meanMs: 1400,
          maxMs: 2000,
          totalMs: 16800,
        },
      ],
    };
    service.answers({
      'GET /databases/:id/health': () => health,
      'GET /databases/:id/slow-queries': () => answer,
    });
    renderPage();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Show the slowest' }),
    );
    expect(
      await screen.findByText('SELECT a FROM b WHERE c = $1'),
    ).toBeVisible();
    expect(
      screen.getByText('1.4 s on average, 2.0 s at most, 12 times'),
    ).toBeVisible();

    answer = { told: false, why: 'This server does not tell.', queries: [] };
    await userEvent.click(screen.getByRole('button', { name: 'Look again' }));
    expect(await screen.findByText('This server does not tell.')).toBeVisible();
  });
});
