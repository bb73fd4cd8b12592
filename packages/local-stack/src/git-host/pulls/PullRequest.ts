import { z } from 'zod';

/** How a pull request's changes reach the base branch. */
export const mergeStyleSchema = z.enum([
  'merge',
  'squash',
  'fast-forward-only',
]);

/** @see mergeStyleSchema */
export type MergeStyle = z.infer<typeof mergeStyleSchema>;

/** A proposal to merge one branch into another, as kept in `pulls.json` inside the bare repository. */
export const pullRequestSchema = z.object({
  id: z.number().int(),
  /** Counts from 1 in each repository. */
  number: z.number().int().positive(),
  title: z.string(),
  body: z.string(),
  author: z.string(),
  head: z.string(),
  base: z.string(),
  state: z.enum(['open', 'closed']),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  closedAt: z.iso.datetime().optional(),
  /** The commit that is about to become the base's; written down before the base moves. */
  merging: z
    .object({
      commit: z.string(),
      head: z.string(),
      base: z.string(),
      by: z.string(),
    })
    .optional(),
  merged: z
    .object({
      commit: z.string(),
      head: z.string(),
      base: z.string(),
      by: z.string(),
      at: z.iso.datetime(),
    })
    .optional(),
});

/** @see pullRequestSchema */
export type PullRequest = z.infer<typeof pullRequestSchema>;

/** Keeps a pull request's commits when its branch is gone. */
export function pullRef(number: number): string {
  return `refs/pull/${number}/head`;
}
