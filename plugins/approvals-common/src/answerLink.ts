import { z } from 'zod';
import { approvalAnswers, approvalDetailsSchema } from './approval';

/**
 * The path of the portal that a link in a mail leads to. The secret part comes after the `#`, so
 * that it is in no server's log.
 * @public
 */
export const ANSWER_PAGE_PATH = '/approvals/answer';

/** @public */
export const answerLinkSchema = z.object({
  approval: approvalDetailsSchema,
  answer: z.enum(approvalAnswers),
});

/**
 * What a link to answer with is about.
 * @public
 */
export type AnswerLink = z.infer<typeof answerLinkSchema>;
