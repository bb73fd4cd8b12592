import {
  type HealthLevel,
  type HealthMeasure,
  healthMeasures,
} from '@slipway/plugin-databases-common';
import type { DatabasesConfig } from '../config';

/** How many looks in a row have to say the same: more than one where numbers go up and down from one to the next. */
const LOOKS: Readonly<Record<HealthMeasure, number>> = {
  storage: 1,
  connections: 2,
  cache: 3,
  growth: 1,
};
/** How far it must be on the good side of a threshold to be well again, in per cent. */
const MARGIN = 5;
/** The same for days, as a share. */
const MARGIN_OF_DAYS = 0.25;

const RANK: Readonly<Record<HealthLevel, number>> = {
  ok: 0,
  warning: 1,
  critical: 2,
};

/** How a measure stands, and what it is about to become. */
export interface Standing {
  level: HealthLevel;
  next?: { level: HealthLevel; times: number };
}

export type Standings = Partial<Record<HealthMeasure, Standing>>;

/** What was measured, in per cent and days. What is not known leaves the level as it is. */
export interface Reading {
  storage?: number;
  connections?: number;
  cache?: number;
  /** Infinity when it does not become full. */
  daysToFull?: number;
}

/**
 * How each measure stands after a look. A level is reached at its threshold and left only on the far side of a margin, and
 * where numbers jump only when several looks in a row agree: nobody is told to and fro of the same.
 */
export function judge(
  before: Standings,
  reading: Reading,
  thresholds: DatabasesConfig['health'],
): Standings {
  const after: Standings = {};
  for (const measure of healthMeasures) {
    const was = before[measure] ?? { level: 'ok' };
    const value = reading[measure === 'growth' ? 'daysToFull' : measure];
    after[measure] =
      value === undefined
        ? { level: was.level }
        : step(measure, was, levelOf(measure, was.level, value, thresholds));
  }
  return after;
}

function step(
  measure: HealthMeasure,
  was: Standing,
  seen: HealthLevel,
): Standing {
  if (seen === was.level) return { level: was.level };
  const times = was.next?.level === seen ? was.next.times + 1 : 1;
  return times >= LOOKS[measure]
    ? { level: seen }
    : { level: was.level, next: { level: seen, times } };
}

function levelOf(
  measure: HealthMeasure,
  was: HealthLevel,
  value: number,
  { storage, connections, cacheHit, daysToFull }: DatabasesConfig['health'],
): HealthLevel {
  // What it is already it stays until it is beyond the margin.
  const slack = (level: HealthLevel, margin: number) =>
    RANK[was] >= RANK[level] ? margin : 0;
  switch (measure) {
    case 'storage':
      if (value >= storage.critical - slack('critical', MARGIN)) {
        return 'critical';
      }
      return value >= storage.warning - slack('warning', MARGIN)
        ? 'warning'
        : 'ok';
    case 'connections':
      return value >= connections - slack('warning', 2 * MARGIN)
        ? 'warning'
        : 'ok';
    case 'cache':
      return value < cacheHit + slack('warning', MARGIN / 2) ? 'warning' : 'ok';
    default:
      return value <= daysToFull * (1 + slack('warning', MARGIN_OF_DAYS))
        ? 'warning'
        : 'ok';
  }
}

/**
 * What is said of a database whose levels are not all well, or `undefined`. The same words as long as the levels are the
 * same: numbers that move are on the page.
 */
export function sentenceOf(
  standings: Standings,
  { storage, connections, cacheHit, daysToFull }: DatabasesConfig['health'],
): string | undefined {
  const isNot = (measure: HealthMeasure) =>
    (standings[measure]?.level ?? 'ok') !== 'ok';
  const sentences = [
    standings.storage?.level === 'critical' &&
      `More than ${storage.critical} % of its storage is used: it may stop taking data soon. Resize it or remove data now.`,
    standings.storage?.level === 'warning' &&
      `More than ${storage.warning} % of its storage is used. Resize it or remove data.`,
    isNot('growth') &&
      `At the pace of late its storage is full within ${daysToFull} days.`,
    isNot('connections') &&
      `More than ${connections} % of the sessions that it may have are open. Beyond the limit new ones are refused.`,
    isNot('cache') &&
      `Fewer than ${cacheHit} % of its reads find their data in memory, which makes it slow. Look at its slow statements, or at a larger size.`,
  ].filter(Boolean);
  return sentences.length ? sentences.join(' ') : undefined;
}

/** The worst of all levels. */
export function worstOf(standings: Standings): HealthLevel {
  return Object.values(standings)
    .map(({ level }) => level)
    .reduce(
      (worst, level) => (RANK[level] > RANK[worst] ? level : worst),
      'ok',
    );
}
