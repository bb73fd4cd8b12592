import type { PoliciesApi } from '@slipway/plugin-policies-react';
import { violationsOfMine } from './violationsOfMine';

const now = new Date('2026-01-10T12:00:00Z');
const byPolicy = (
  ...rows: [policy: string, mode: string, violating: number][]
) =>
  jest.fn(async () => ({
    byPolicy: rows.map(([policy, mode, violating]) => ({
      policy,
      title: `Title of ${policy}`,
      mode,
      violating,
    })),
  }));
const waivers = (...ends: string[]) =>
  jest.fn(async () => ({
    items: ends.map((expiresAt, index) => ({
      id: `w${index}`,
      policyTitle: 'Cost',
      scope: { kind: 'DatabaseRequest', name: 'orders-db' },
      expiresAt,
    })),
  }));
const load = (getCompliance: unknown, listWaivers: unknown) =>
  violationsOfMine({ getCompliance, listWaivers } as PoliciesApi, now);

describe('violationsOfMine', () => {
  it('counts by policy, the most severe first, without what is only noted', async () => {
    const getCompliance = byPolicy(
      ['names', 'warn', 7],
      ['labels', 'audit', 9],
      ['cost', 'deny', 1],
      ['backups', 'deny', 0],
    );
    const { needs, errors } = await load(getCompliance, waivers());
    expect(errors).toEqual([]);
    expect(needs).toEqual([
      {
        key: 'violations:cost:1',
        title: 'Compliance: Title of cost',
        href: '/compliance?mine=true&policy=cost&waived=false',
        status: 'not-allowed',
        detail: 'One violation in what is yours.',
      },
      expect.objectContaining({
        key: 'violations:names:7',
        status: 'needs-attention',
        detail: '7 violations in what is yours.',
      }),
    ]);
    expect(getCompliance).toHaveBeenCalledWith({
      mine: true,
      from: '2026-01-10',
      to: '2026-01-10',
    });
  });

  it('lists waivers that end within a week, the next first', async () => {
    const listWaivers = waivers(
      '2026-03-01T00:00:00Z',
      '2026-01-15T00:00:00Z',
      '2026-01-12T00:00:00Z',
    );
    const { needs } = await load(byPolicy(), listWaivers);
    expect(needs).toEqual([
      expect.objectContaining({
        key: 'waiver:w2',
        href: '/compliance/waivers/w2',
        status: 'expiring',
        at: '2026-01-12T00:00:00Z',
      }),
      expect.objectContaining({ key: 'waiver:w1' }),
    ]);
  });

  it('says what could not be asked, and shows the rest', async () => {
    const { needs, errors } = await load(
      byPolicy(['cost', 'deny', 2]),
      async () => {
        throw new Error('Away');
      },
    );
    expect(needs).toHaveLength(1);
    expect(errors.map(({ message }) => message)).toEqual(['Away']);
  });
});
