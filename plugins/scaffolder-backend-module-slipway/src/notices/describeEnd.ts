import { parseEntityRef } from '@backstage/catalog-model';
import type { NotificationPayload } from '@backstage/plugin-notifications-common';
import { z } from 'zod';

const TITLE_LENGTH = 120;
const DESCRIPTION_LENGTH = 1_000;

const text = z.string().trim().min(1).optional().catch(undefined);
const specSchema = z.object({
  parameters: z.object({ name: text }).catch({ name: undefined }),
  templateInfo: z
    .object({
      entity: z
        .object({ metadata: z.object({ name: text, title: text }) })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});
const bodySchema = z.object({
  message: text,
  error: z.object({ message: text }).optional().catch(undefined),
  output: z
    .object({
      links: z
        .array(z.object({ entityRef: text }))
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});

/** A task that has ended. */
export interface TaskEnd {
  taskId: string;
  status: 'completed' | 'failed';
  /** What was asked for, as the scaffolder keeps it. */
  spec: unknown;
  /** How it ended, as the scaffolder keeps it. */
  body: unknown;
}

/** What the person who started a task is told of its end. */
export function describeEnd(
  end: TaskEnd,
): Pick<NotificationPayload, 'title' | 'description' | 'link' | 'severity'> {
  const { parameters, templateInfo } = specSchema.parse(end.spec);
  const { message, error, output } = bodySchema.parse(end.body);
  const metadata = templateInfo?.entity?.metadata;
  const template = metadata?.title ?? metadata?.name ?? 'A template';
  const taskPath = `/create/tasks/${encodeURIComponent(end.taskId)}`;
  const { name } = parameters;

  if (end.status === 'completed') {
    const entityRef = output?.links?.find(link => link.entityRef)?.entityRef;
    return {
      title: shorten(name ? `${name} is ready` : `${template}: done`),
      description: name ? `${template} has ended well.` : undefined,
      link: (entityRef && pageOf(entityRef)) ?? taskPath,
      severity: 'normal',
    };
  }
  const reason =
    error?.message ?? message ?? 'it ended without saying why; see its log.';
  return {
    title: shorten(
      `${name ? `${name} could not be made` : `${template} failed`}: ${reason}`,
    ),
    description: `${reason.slice(0, DESCRIPTION_LENGTH)}\nThe task's page says what was made, and how to go on or to remove exactly that.`,
    link: taskPath,
    severity: 'high',
  };
}

/** A title is one line. */
function shorten(title: string): string {
  const line = title.replace(/\s+/g, ' ');
  return line.length > TITLE_LENGTH
    ? `${line.slice(0, TITLE_LENGTH - 1)}…`
    : line;
}

function pageOf(entityRef: string): string | undefined {
  try {
    const { kind, namespace, name } = parseEntityRef(entityRef, {
      defaultKind: 'component',
    });
    return `/catalog/${[namespace, kind, name]
      .map(part => encodeURIComponent(part.toLocaleLowerCase('en-US')))
      .join('/')}`;
  } catch {
    return undefined;
  }
}
