import {
  complianceRate,
  type ComplianceCounts,
} from '@slipway/plugin-policies-common';

/** "97.5 %"; rounded down, so that 100 % is said of nothing but all. */
export function percent(rate: number): string {
  return `${Math.floor(rate * 1000) / 10} %`;
}

/** The rate in words; what was not looked at has none. */
export function rateOf(counts: ComplianceCounts): string {
  const rate = complianceRate(counts);
  return rate === undefined ? 'Nothing to check' : percent(rate);
}
