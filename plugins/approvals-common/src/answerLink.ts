import { z } from 'zod';
import { approvalAnswers, approvalDetailsSchema } from './approval';

/**
 * The path of the portal that a link in a mail leads to. The secret part comes after the `#`, so
 * that it is in no server's log.
 * @public
 */
export const ANSWER_PAGE_PATH = '/approvals/answer';

/**
 * Under this key of a notification's metadata stand the lines with links to answer with. Whoever sends the notification on by mail or Slack
 * adds them to its text; no table keeps metadata.
 * @public
 */
export const ANSWER_LINKS_METADATA = 'slipway.answer-links';

/** @public */
export const answerLinksMetadataSchema = z.array(z.string().max(500)).max(10);

/** @public */
export const answerLinkSchema = z.object({
  approval: approvalDetailsSchema,
  answer: z.enum(approvalAnswers),
  /** Whose vote it is, where one was sent the link as a deputy. */
  onBehalfOf: z.string().optional(),
});

/**
 * What a link to answer with is about.
 * @public
 */
export type AnswerLink = z.infer<typeof answerLinkSchema>;
