import type {
  ViolationsFilter,
  ViolationSort,
} from '@slipway/plugin-policies-common';

/** Where the pages of compliance begin. */
const ROOT = '/compliance';

/**
 * The compliance page, narrowed to some violations.
 * @public
 */
export function compliancePath(
  filter: ViolationsFilter & { sort?: ViolationSort } = {},
): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(filter)) {
    for (const one of [value ?? []].flat()) {
      params.append(key, String(one));
    }
  }
  return params.size > 0 ? `${ROOT}?${params}` : ROOT;
}

/** @public */
export function policyPath(name: string): string {
  return `${ROOT}/policies/${encodeURIComponent(name)}`;
}

/** @public */
export function violationPath(id: string): string {
  return `${ROOT}/violations/${encodeURIComponent(id)}`;
}

/** @public */
export function waiverPath(id: string): string {
  return `${ROOT}/waivers/${encodeURIComponent(id)}`;
}
