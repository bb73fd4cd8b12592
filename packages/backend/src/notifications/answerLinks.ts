import { createExtensionPointFactoryMiddleware } from '@backstage/backend-app-api';
import type { Notification } from '@backstage/plugin-notifications-common';
import {
  notificationsProcessingExtensionPoint,
  type NotificationProcessor,
  type NotificationsProcessingExtensionPoint,
  type NotificationSendOptions,
} from '@backstage/plugin-notifications-node';
import {
  ANSWER_LINKS_METADATA,
  answerLinksMetadataSchema,
} from '@slipway/plugin-approvals-common';

/** Lets whatever sends notifications on, by mail or Slack, send the links to answer with as well; see {@link sendingAnswerLinks}. */
export const answerLinksMiddleware = createExtensionPointFactoryMiddleware({
  extensionPoint: notificationsProcessingExtensionPoint,
  middleware: async original => sendingAnswerLinks(original),
});

/**
 * Writes the links to answer with into the texts that are sent on, and into nothing else.
 *
 * @remarks
 *
 * The approvals plugin hands them over beside the text, as metadata, of which upstream stores nothing. They get into the text of what a processor
 * is given after the notification has been saved. Mail takes its text from the notification, Slack from the options.
 */
export function sendingAnswerLinks(
  original: NotificationsProcessingExtensionPoint,
): NotificationsProcessingExtensionPoint {
  return {
    addProcessor: (...processors) =>
      original.addProcessor(...processors.flat().map(withLinks)),
    setNotificationRecipientResolver: resolver =>
      original.setNotificationRecipientResolver(resolver),
  };
}

function withLinks(processor: NotificationProcessor): NotificationProcessor {
  const { processOptions, preProcess, postProcess, getNotificationFilters } =
    processor;
  return {
    getName: () => processor.getName(),
    processOptions: processOptions?.bind(processor),
    preProcess: preProcess?.bind(processor),
    getNotificationFilters: getNotificationFilters?.bind(processor),
    postProcess:
      postProcess &&
      ((notification, options) => {
        const links = linksOf(notification, options);
        return postProcess.call(
          processor,
          withText(notification, links),
          withText(options, links),
        );
      }),
  };
}

function linksOf(
  { origin }: Notification,
  { payload }: NotificationSendOptions,
): string[] {
  const links = answerLinksMetadataSchema.safeParse(
    payload.metadata?.[ANSWER_LINKS_METADATA],
  );
  return origin === 'plugin:approvals' && links.success ? links.data : [];
}

function withText<T extends { payload: Notification['payload'] }>(
  sent: T,
  links: string[],
): T {
  if (!links.length) return sent;
  const description = [sent.payload.description, ...links]
    .filter(Boolean)
    .join('\n');
  return { ...sent, payload: { ...sent.payload, description } };
}
