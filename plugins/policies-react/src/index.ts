/**
 * What other pages say of policies: the verdict while one types, what policies found, asking for a waiver.
 *
 * @packageDocumentation
 */
export { type PoliciesApi, policiesApiRef } from './api/PoliciesApi';
export { PoliciesClient } from './api/PoliciesClient';
export { FieldFindings } from './findings/FieldFindings';
export { findingsIn, findingsOf } from './findings/findingsOf';
export {
  forPeople,
  PolicyFindings,
  type PolicyFindingsProps,
  type PolicyFix,
} from './findings/PolicyFindings';
export { RefusalState } from './findings/RefusalState';
export { type FindingWord, wordForFinding, wordForMode } from './shared/words';
export { type PolicyAlternative, useFixes } from './verdict/useFixes';
export {
  type PolicyVerdict,
  usePolicyVerdict,
} from './verdict/usePolicyVerdict';
export { whileTyping } from './verdict/whileTyping';
export { VerdictPanel, type VerdictPanelProps } from './verdict/VerdictPanel';
export {
  AskForWaiver,
  type AskForWaiverProps,
  type WaiverSubject,
} from './waiver/AskForWaiver';
