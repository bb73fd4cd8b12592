import type { ViolationsFilter, ViolationSort } from './violation';

/** Where the pages of compliance begin. */
const ROOT = '/compliance';

/**
 * The path of the compliance page, narrowed to some violations.
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

/**
 * The path of a policy's page.
 * @public
 */
export function policyPath(name: string): string {
  return `${ROOT}/policies/${encodeURIComponent(name)}`;
}

/**
 * The path of a violation's page.
 * @public
 */
export function violationPath(id: string): string {
  return `${ROOT}/violations/${encodeURIComponent(id)}`;
}

/**
 * The path of a waiver's page.
 * @public
 */
export function waiverPath(id: string): string {
  return `${ROOT}/waivers/${encodeURIComponent(id)}`;
}
