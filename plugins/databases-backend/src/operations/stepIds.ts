/** Asks whether what was approved is what will be made. */
export const CHECK_APPROVAL_STEP = 'check-approval';

/** Tells the server of a login. */
export const STAGE_STEP = 'stage-login';

/** From here on the application may have the login. */
export const ACTIVATE_STEP = 'activate-login';

/** Takes back a login that was not handed over. */
export const WITHDRAW_STEP = 'withdraw-login';
