import { format } from 'winston';

/** An error that is logged by itself, as the scheduler does with what a task has thrown, would be `{}` in JSON. */
export const errorMessageFormat = format(info => {
  const message: unknown = info.message;
  if (message instanceof Error) {
    info.message = message.stack ?? String(message);
  }
  return info;
});
