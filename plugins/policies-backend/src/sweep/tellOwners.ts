import { compliancePath } from '@slipway/plugin-policies-common';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { Knex } from 'knex';
import { WAIVER_JOIN } from '../database/waiverJoin';

/** Owners told in one go; the next look comes back for the others. */
const BATCH = 500;

/**
 * Tells each owner once of what is new: one notification for all of it. What only the platform team is told of, and what
 * nobody owns, goes to those who look after the platform.
 *
 * @returns whether all of them were told
 */
export async function tellOwners(deps: {
  knex: Knex;
  notifications: NotificationService;
  logger: LoggerService;
  administrators: readonly string[];
}): Promise<boolean> {
  const { knex, notifications, logger, administrators } = deps;
  const { rows } = await knex.raw<{
    rows: {
      told: string | null;
      ids: string[];
      things: string;
      serious: string;
      titles: string[];
    }[];
  }>(
    `SELECT CASE WHEN v.mode = 'audit' THEN NULL ELSE v.owner END AS told, array_agg(v.id) AS ids,
        count(DISTINCT (v.source, v.object_id)) AS things, count(*) FILTER (WHERE v.mode <> 'audit') AS serious,
        array_agg(DISTINCT v.title) AS titles
      FROM policy_violations AS v ${WAIVER_JOIN}
      WHERE v.resolved_at IS NULL AND v.told_at IS NULL AND w.id IS NULL
      GROUP BY 1 LIMIT ?`,
    [BATCH],
  );
  let areAllTold = rows.length < BATCH;
  for (const { told, ids, things, serious, titles } of rows) {
    const recipients = told ? [told] : [...administrators];
    try {
      if (recipients.length > 0) {
        await notifications.send({
          recipients: { type: 'entity', entityRef: recipients },
          payload: {
            title: `${ids.length === 1 ? 'A policy is' : `Policies are`} not kept: ${things} ${things === '1' ? 'thing' : 'things'}${told ? '' : ' that you look after'}`,
            description: sayTitles(titles),
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

function sayTitles(titles: readonly string[]): string {
  const shown = titles.slice(0, 5).join(', ');
  return titles.length > 5 ? `${shown} and ${titles.length - 5} more` : shown;
}
