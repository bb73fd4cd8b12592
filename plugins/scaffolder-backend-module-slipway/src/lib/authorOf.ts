import type { StepContext } from './StepContext';

/** The person who asks, as the author of a commit. */
export function authorOf(ctx: Pick<StepContext, 'user'>): {
  name: string;
  email?: string;
} {
  const entity = ctx.user?.entity;
  return {
    name:
      entity?.spec.profile?.displayName ??
      entity?.metadata.title ??
      entity?.metadata.name ??
      ctx.user?.ref ??
      'Unknown',
    email: entity?.spec.profile?.email,
  };
}
