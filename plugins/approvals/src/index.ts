/**
 * Approvals in the portal: what waits for whom, and deciding it.
 *
 * @packageDocumentation
 */
export { approvalsPlugin as default } from './plugin';
export { type ApprovalsApi, approvalsApiRef } from './api/ApprovalsApi';
export { ApprovalsClient } from './api/ApprovalsClient';
export {
  DecideButtons,
  type DecideButtonsProps,
} from './approval/DecideButtons';
