import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse } from 'msw';
import {
  compliance,
  policies,
  state,
  violation,
} from '../__testUtils__/fixtures';
import {
  refuse,
  renderPolicies,
  setupService,
} from '../__testUtils__/renderPolicies';

describe('the compliance page', () => {
  const service = setupService();
  beforeEach(() =>
    service.answers({
      'GET /state': () => state,
      'GET /compliance': () => compliance,
      'GET /policies': () => ({ items: policies, digest: 'd' }),
      'GET /violations': () => ({ items: [violation], totalItems: 41 }),
    }),
  );

  it('says which set is in force, how much complies, and what does not', async () => {
    renderPolicies('/');
    const row = await screen.findByRole('row', { name: /^orders/ });
    expect(row).toHaveTextContent(
      /Warning.*must be one of 1, 2, 3.*team-orders.*3 days ago/,
    );
    expect(within(row).getByRole('link', { name: 'orders' })).toHaveAttribute(
      'href',
      `/compliance/violations/${violation.id}`,
    );
    expect(
      screen.getByRole('link', { name: '2 policies' }),
    ).toBeInTheDocument();
    expect(screen.getByText(/412 things, in 3 s/)).toBeInTheDocument();
    expect(
      screen.getByRole('img', { name: /90 % on .*, 96.5 % on / }),
    ).toBeInTheDocument();
    // What waivers cover is left out, and the most severe comes first.
    expect(service.seen('GET /violations')[0].query.toString()).toBe(
      'waived=false&offset=0&limit=20',
    );
  });

  it('says what is wrong beside what it is about where there is little room', async () => {
    renderPolicies('/');
    const table = (await screen.findByRole('row', { name: /^orders/ })).closest(
      'table',
    )!;
    const heads = within(table).getAllByRole('columnheader');
    expect(heads.slice(0, 2).map(head => head.textContent)).toEqual([
      'What',
      'What is wrong',
    ]);
  });

  it('shows no trend of a single day', async () => {
    service.answers({
      'GET /compliance': () => ({
        ...compliance,
        now: { checked: 1, violating: 1, waived: 0 },
        days: compliance.days.slice(1),
      }),
    });
    renderPolicies('/');
    expect(
      await screen.findByText(/from the second day on/),
    ).toBeInTheDocument();
    expect(screen.queryByRole('img', { name: /What complies/ })).toBeNull();
    expect(screen.getByText(/Of one check/)).toHaveTextContent(
      'Of one check, 1 fails without a waiver and 0 with one.',
    );
  });

  it('shows the teams that comply least first, what nobody owns among them', async () => {
    renderPolicies('/');
    const teams = await screen.findByRole('region', { name: 'By team' });
    const [, ...rows] = within(teams).getAllByRole('row');
    expect(rows.map(row => row.textContent)).toEqual([
      'team-orders95 %50',
      'Nobody96 %20',
      'team-basket100 %01',
    ]);
    expect(
      within(teams).getByRole('link', { name: 'team-orders' }),
    ).toHaveAttribute(
      'href',
      '/compliance?owner=group%3Adefault%2Fteam-orders&waived=false',
    );
  });

  it('cuts no title of a policy or a team', async () => {
    renderPolicies('/');
    await screen.findByRole('region', { name: 'By team' });
    for (const name of ['By team', 'By policy']) {
      const region = screen.getByRole('region', { name });
      const titles = within(region)
        .getAllByRole('rowheader')
        .map(each => within(each).getByRole('link'));
      expect(titles.length).toBeGreaterThan(0);
      for (const title of titles) {
        expect(title).not.toHaveAttribute('data-truncate');
        expect(title).not.toHaveAttribute('title');
      }
    }
  });

  it('opens each number to the violations that it counts', async () => {
    const { unmount } = renderPolicies('/');
    const teams = await screen.findByRole('region', { name: 'By team' });
    const policiesTable = screen.getByRole('region', { name: 'By policy' });
    const linksIn = (element: HTMLElement) =>
      within(element)
        .getAllByRole('link')
        .filter(link => /^\d+( |$)/.test(link.textContent ?? ''))
        .map(link => [link.textContent, link.getAttribute('href')]);
    // None leads nowhere.
    expect(linksIn(teams)).toEqual([
      ['5', '/compliance?owner=group%3Adefault%2Fteam-orders&waived=false'],
      ['2', '/compliance?owner=none&waived=false'],
      ['1', '/compliance?owner=group%3Adefault%2Fteam-basket&waived=true'],
    ]);
    expect(linksIn(policiesTable)).toEqual([
      ['6', '/compliance?policy=required-labels&waived=false'],
      ['1', '/compliance?policy=required-labels&waived=true'],
      ['1', '/compliance?policy=backup-retention&waived=false'],
    ]);
    const whole = screen.getByText(/Of 200 checks/);
    expect(linksIn(whole)).toEqual([
      ['7 fail without a waiver', '/compliance?waived=false'],
      ['1 with one', '/compliance?waived=true'],
    ]);

    // Where they lead, the service is asked with the same filters.
    unmount();
    renderPolicies('/?owner=group%3Adefault%2Fteam-basket&waived=true');
    await waitFor(() =>
      expect(service.seen('GET /violations').at(-1)?.query.toString()).toBe(
        'owner=group%3Adefault%2Fteam-basket&waived=true&offset=0&limit=20',
      ),
    );
  });

  it('keeps filters, order and page in the address', async () => {
    renderPolicies('/?owner=group:default/team-orders&waived=all');
    await userEvent.click(await screen.findByRole('button', { name: 'Mine' }));
    await userEvent.click(screen.getByRole('button', { name: 'Not allowed' }));
    await userEvent.click(screen.getByRole('button', { name: /Order/ }));
    await userEvent.click(
      await screen.findByRole('option', { name: 'Oldest first' }),
    );
    await userEvent.click(await screen.findByRole('button', { name: /next/i }));
    await waitFor(() =>
      expect(service.seen('GET /violations').at(-1)?.query.toString()).toBe(
        'owner=group%3Adefault%2Fteam-orders&mode=deny&mine=true&sort=age&offset=20&limit=20',
      ),
    );
    expect(screen.getByLabelText('address')).toHaveTextContent(
      '/?owner=group%3Adefault%2Fteam-orders&waived=all&mine=true&mode=deny&sort=age&page=2',
    );
  });

  it('exports what the filters leave, all of it', async () => {
    service.answers({
      'GET /violations/export': () => HttpResponse.text('name\norders\n'),
    });
    const saved: string[] = [];
    URL.createObjectURL = jest.fn(() => 'blob:x');
    URL.revokeObjectURL = jest.fn();
    jest
      .spyOn(HTMLAnchorElement.prototype, 'click')
      .mockImplementation(function click(this: HTMLAnchorElement) {
        saved.push(this.download);
      });
    renderPolicies('/?kind=Component&page=2');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Export' }),
    );
    await userEvent.click(
      await screen.findByRole('menuitem', { name: 'As CSV' }),
    );
    await waitFor(() => expect(saved).toHaveLength(1));
    expect(saved[0]).toMatch(/^violations-\d{4}-\d\d-\d\d\.csv$/);
    expect(service.seen('GET /violations/export')[0].query.toString()).toBe(
      'format=csv&kind=Component&waived=false',
    );
  });

  it('says where the policies could not be read, and that the old ones stay', async () => {
    service.answers({
      'GET /state': () => ({
        ...state,
        problems: [
          { file: 'policies/a.yaml', line: 7, column: 3, message: 'is empty.' },
        ],
        problemsSince: new Date(Date.now() - 2 * 3_600_000).toISOString(),
      }),
    });
    renderPolicies('/');
    expect(
      await screen.findByText(/Those from before stay in force/),
    ).toBeInTheDocument();
    expect(screen.getByText(/Something is wrong since/)).toHaveTextContent(
      /2 hours ago/,
    );
    expect(screen.getByText('policies/a.yaml:7:3')).toBeInTheDocument();
  });

  it('lets administrators check everything', async () => {
    service.answers({ 'POST /sweeps': () => ({ ...state, sweeping: true }) });
    renderPolicies('/');
    const button = await screen.findByRole('button', {
      name: 'Check everything now',
    });
    await waitFor(() => expect(button).toBeEnabled());
    await userEvent.click(button);
    await waitFor(() => expect(service.seen('POST /sweeps')).toHaveLength(1));
  });

  it('tells nothing found from nothing there, and is live', async () => {
    service.answers({
      'GET /violations': () => ({ items: [], totalItems: 0 }),
    });
    const { signal } = renderPolicies('/?mine=true');
    await screen.findByText('No violation matches these filters.');
    await userEvent.click(
      screen.getByRole('button', { name: 'Clear the filters' }),
    );
    await screen.findByText(/Nothing that exists violates a policy/);
    service.answers({
      'GET /violations': () => ({ items: [violation], totalItems: 1 }),
    });
    await signal();
    expect(
      await screen.findByRole('row', { name: /^orders/ }),
    ).toBeInTheDocument();
  });

  it('says what failed and offers again', async () => {
    service.answers({
      'GET /violations': () => refuse(503, 'ServiceUnavailableError', 'Away'),
    });
    renderPolicies('/');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /violations could not be loaded.*Away/,
    );
    service.answers({
      'GET /violations': () => ({ items: [violation], totalItems: 1 }),
    });
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(
      await screen.findByRole('row', { name: /^orders/ }),
    ).toBeInTheDocument();
  });
});
