export interface Config {
  approvals?: {
    /**
     * How long people have to decide, where a request does not say; 168 when left out.
     * @visibility backend
     */
    expiresAfterHours?: number;
    /**
     * When deciders are reminded, counted from the request, where it does not say; `[24, 72]` when left out.
     * @visibility backend
     */
    remindAfterHours?: number[];
    /**
     * Whether each decider gets links to approve and to reject, for mail and Slack. `false` when left out: deciders get one
     * link to the request.
     * @visibility backend
     */
    answerLinks?: boolean;
  };
}
