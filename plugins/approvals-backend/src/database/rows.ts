import type {
  ApprovalAnswer,
  ApprovalRule,
  ApprovalState,
} from '@slipway/plugin-approvals-common';

/** Rows as the driver returns them. */
export interface RequestRow {
  id: string;
  number: string;
  caller: string;
  subject_kind: string;
  subject_id: string;
  title: string;
  link: string | null;
  facts: { label: string; value: string }[];
  digest: string;
  rule: ApprovalRule;
  requester: string;
  excluded: string[];
  reason: string | null;
  environment: string | null;
  owner: string;
  version: number;
  created_at: Date;
  expires_at: Date;
  reminders: Date[];
  remind_at: Date | null;
  ended_at: Date | null;
  end_reason: string | null;
  superseded_by: string | null;
}

export interface VoteRow {
  request_id: string;
  person: string;
  cast_by: string;
  answer: ApprovalAnswer;
  reason: string | null;
  cast_at: Date;
}

export interface DeputyRow {
  id: string;
  person: string;
  deputy: string;
  starts_at: Date;
  ends_at: Date;
  reason: string | null;
  created_at: Date;
  ended_at: Date | null;
  ended_by: string | null;
}

/** A request with its state and its votes. */
export interface RequestRecord extends RequestRow {
  state: ApprovalState;
  votes: VoteRow[];
}

/** A request's row while a transaction holds it. */
export interface LockedRequest extends RequestRow {
  state: ApprovalState;
  /** Whether its time is over, by the database's clock. */
  is_overdue: boolean;
}
