import type {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import {
  violationReadPermission,
  type PolicyAnswer,
} from '@slipway/plugin-policies-common';
import type { Access } from './Access';

/**
 * What one who asks is told: what is only noted for those who look after compliance goes to people who may read compliance. Other
 * plugins get everything; they show warnings and refusals.
 */
export async function forAsker(
  answer: PolicyAnswer,
  credentials: BackstageCredentials,
  deps: { access: Access; auth: AuthService },
): Promise<PolicyAnswer> {
  const told = answer.findings.filter(({ mode }) => mode !== 'audit');
  if (
    told.length === answer.findings.length ||
    !deps.auth.isPrincipal(credentials, 'user') ||
    (await deps.access.holds(credentials, violationReadPermission))
  ) {
    return answer;
  }
  return { ...answer, findings: told };
}
