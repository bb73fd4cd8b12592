import { compliancePath } from '@slipway/plugin-policies-common';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { Knex } from 'knex';
import type { Owners } from '../services/Owners';
import { WAIVER_JOIN } from '../database/waiverJoin';

/** Owners told in one go; the next look comes back for the others. */
const BATCH = 500;

/** What is new of one owner. */
interface News {
  /** Null for those who look after the platform. */
  told: string | null;
  ids: string[];
  things: string;
  serious: string;
  titles: string[];
}

export interface TellDeps {
  knex: Knex;
  notifications: NotificationService;
  logger: LoggerService;
  owners: Pick<Owners, 'unknown'>;
  /** Those who look after the platform. */
  platform: readonly string[];
}

/**
 * Tells each owner once of what is new: one notification for all of it. What only the platform team is told of, and what
 * nobody owns, or somebody who is not in the catalog, goes to those who look after the platform.
 *
 * @returns whether all of them were told
 */
export async function tellOwners(deps: TellDeps): Promise<boolean> {
  const { knex, notifications, logger, owners, platform } = deps;
  const { rows } = await knex.raw<{ rows: News[] }>(
    `SELECT CASE WHEN v.mode = 'audit' THEN NULL ELSE v.owner END AS told, array_agg(v.id) AS ids,
        count(DISTINCT (v.source, v.object_id)) AS things, count(*) FILTER (WHERE v.mode <> 'audit') AS serious,
        array_agg(DISTINCT v.title) AS titles
      FROM policy_violations AS v ${WAIVER_JOIN}
      WHERE v.resolved_at IS NULL AND v.told_at IS NULL AND w.id IS NULL
      GROUP BY 1 LIMIT ?`,
    [BATCH],
  );
  let areAllTold = rows.length < BATCH;
  const unknown = await owners
    .unknown(rows.flatMap(({ told }) => told ?? []))
    .catch(error => {
      logger.warn('Owners will be told of violations later', toError(error));
    });
  if (!unknown) return false;
  for (const news of gathered(rows, unknown)) {
    const { told, ids, things, serious, titles } = news;
    const recipients = told ? [told] : [...platform];
    try {
      if (recipients.length > 0) {
        await notifications.send({
          recipients: { type: 'entity', entityRef: recipients },
          payload: {
            title: `${ids.length === 1 ? 'A policy is' : `Policies are`} not kept: ${things} ${things === '1' ? 'thing' : 'things'}${told ? '' : ' that you look after'}`,
            description: sayMost(titles),
            link: compliancePath(told ? { owner: [told] } : {}),
            // Drawn as a warning or as a hint; "normal" is drawn as something that went well.
            severity: Number(serious) > 0 ? 'high' : 'low',
            topic: 'policies',
            scope: `policies/violations/${told ?? 'platform'}`,
          },
        });
      }
      await knex('policy_violations')
        .whereIn('id', ids)
        .update({ told_at: knex.raw('clock_timestamp()') });
    } catch (error) {
      areAllTold = false;
      logger.warn(
        `${recipients.join(', ')} will be told of violations later`,
        toError(error),
      );
    }
  }
  return areAllTold;
}

/** What goes to those who look after the platform is one notification. */
function gathered(rows: readonly News[], unknown: ReadonlySet<string>): News[] {
  const isOurs = ({ told }: News) => told === null || unknown.has(told);
  const ours = rows.filter(isOurs);
  if (ours.length === 0) return [...rows];
  const sum = (key: 'things' | 'serious') =>
    String(ours.reduce((total, news) => total + Number(news[key]), 0));
  const missing = ours.flatMap(({ told }) => told ?? []);
  return [
    ...rows.filter(news => !isOurs(news)),
    {
      told: null,
      ids: ours.flatMap(({ ids }) => ids),
      things: sum('things'),
      serious: sum('serious'),
      titles: [
        ...(missing.length > 0
          ? [`Owners that the catalog does not have: ${sayMost(missing)}`]
          : []),
        ...new Set(ours.flatMap(({ titles }) => titles)),
      ],
    },
  ];
}

/** The first of some names, and how many there are besides. */
export function sayMost(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
