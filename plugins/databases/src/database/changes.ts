import {
  canDo,
  type Database,
  type DatabaseOperation,
} from '@slipway/plugin-databases-common';
import { DateTime } from 'luxon';
import type { DatabaseChange } from '../api/DatabasesApi';

/** A change that is asked about before it is made. */
export interface ChangeQuestion {
  change: DatabaseChange;
  title: string;
  action: string;
  /** What will be lost, what stays, and until when it can be undone. */
  consequence: string;
  /** Whether the name has to be typed: only where there is no way back. */
  isFinal: boolean;
  /** Why it cannot be done now. */
  obstacle?: string;
}

/** The questions behind the menu, in its order; what nobody could do in this state is left out. */
export function changesOf(
  database: Database,
  operation?: DatabaseOperation,
): ChangeQuestion[] {
  const { name, state } = database;
  const questions: ChangeQuestion[] = [];
  if (isAskedAbout(database, operation)) {
    questions.push(cancellationOfQuestion(database));
  } else if (operation?.cancel) {
    questions.push(cancellation(database, operation));
  }
  // What is under way comes first; the service would refuse another change meanwhile.
  if (operation && !operation.finishedAt && state !== 'uncertain') {
    return questions;
  }
  if (canDo('suspend', state)) {
    questions.push({
      change: 'rotate',
      title: `Change the application’s login of ${name}`,
      action: 'Change login',
      consequence:
        'The application gets a new login, to be picked up from its secret. The one that it has works on until nobody uses it any more, for a day at least, and can be given back. Data and personal logins stay.',
      isFinal: false,
    });
    questions.push({
      change: 'suspend',
      title: `Suspend ${name}`,
      action: 'Suspend database',
      consequence:
        'All logins are turned off and all sessions end, the application’s too. Personal logins are removed. The data stays, and you can resume at any time.',
      isFinal: false,
    });
  }
  if (state === 'uncertain') {
    questions.push({
      change: 'give-up',
      title: `Give up on ${name}`,
      action: 'Give up',
      consequence:
        operation?.type === 'restore'
          ? 'What could not be put back stays as it is. While its logins are off, the database ends as suspended, and may hold only a part of what it held. Its backups stay: order a new database from one, or resume this one and restore another.'
          : 'What was under way is ended as failed. What it left can then be cleaned or tried again.',
      isFinal: false,
    });
  }
  if (canDo('suspend', state)) {
    questions.push({
      change: 'revoke-logins',
      title: `End all logins of ${name}`,
      action: 'End all logins',
      consequence:
        'For an emergency, such as a password that has become known. All logins are turned off and all sessions end at once, the application’s and people’s. The application gets a new login and stands still until it has picked that up from its secret. Data stays.',
      isFinal: false,
    });
  }
  if (canDo('delete', state)) {
    questions.push(deletion(database));
  }
  return questions;
}

/** Whether it can be handed on now; the service would refuse it while something is under way. */
export function canHandOn(
  { state }: Database,
  operation?: DatabaseOperation,
): boolean {
  return (
    canDo('hand-on', state) && (!operation || Boolean(operation.finishedAt))
  );
}

/** Whether the order waits for people, or for the question to reach them. */
function isAskedAbout(
  { state }: Database,
  operation?: DatabaseOperation,
): boolean {
  if (operation && !operation.finishedAt) {
    return operation.type === 'ask-approval' && Boolean(operation.cancel);
  }
  return state === 'awaiting-approval';
}

function cancellationOfQuestion({ name }: Database): ChangeQuestion {
  return {
    change: 'cancel',
    title: `Cancel the order of ${name}`,
    action: 'Cancel the order',
    consequence:
      'Those who decide are not asked any more. Nothing was made yet: the order ends at once, and the name is free again.',
    isFinal: false,
  };
}

function cancellation(
  { name, provider }: Database,
  { type, title, cancel }: DatabaseOperation,
): ChangeQuestion {
  const base = { change: 'cancel', isFinal: false } as const;
  const server = provider?.title ?? 'the server';
  if (type === 'create') {
    return {
      ...base,
      title: `Cancel the order of ${name}`,
      action: 'Cancel the order',
      consequence:
        cancel === 'at-once'
          ? 'Nothing was made yet. The order ends at once, and the name is free again.'
          : `Whatever was made so far is removed; then the name is free again. While ${server} cannot be reached this waits, and the name is held until then.`,
    };
  }
  return {
    ...base,
    title: `Call off: ${title}`,
    action: 'Call off the change',
    consequence:
      cancel === 'at-once'
        ? `${name} stays as it was: ${server} has seen nothing of the change yet.`
        : `${name} keeps what it had. What the change has made so far is removed; while ${server} cannot be reached, that waits.`,
  };
}

function deletion({
  name,
  state,
  purgeAfter,
  backups,
}: Database): ChangeQuestion {
  const base = {
    change: 'delete',
    title: `Delete ${name}`,
    action: 'Delete database',
  } as const;
  if (state === 'ready') {
    return {
      ...base,
      consequence: `All logins are turned off and all sessions end. The data is kept for the grace period; until then you can resume it. After that it can be purged.${backups ? ' A last backup of it is taken and proven first.' : ''}`,
      isFinal: false,
    };
  }
  if (state === 'suspended') {
    const end = purgeAfter ? DateTime.fromISO(purgeAfter) : undefined;
    return {
      ...base,
      title: `Purge ${name}`,
      action: 'Purge database',
      consequence: backups
        ? 'The database, all of its data and its logins are removed. Its backups stay for as long as they are kept, and a new database can be ordered from one.'
        : 'The database, all of its data and its logins are removed. Nothing can be brought back.',
      isFinal: true,
      obstacle:
        end && end > DateTime.now()
          ? `The data is kept until ${end.toFormat('d LLLL yyyy, HH:mm ZZZZ')}. It can be purged after that.`
          : undefined,
    };
  }
  return {
    ...base,
    consequence:
      'Whatever was made for it is removed, with any data in it. Nothing can be brought back.',
    isFinal: true,
  };
}
