import { z } from 'zod';

/**
 * The states of a database.
 * @public
 */
export const databaseStates = [
  'requested',
  'awaiting-approval',
  'provisioning',
  'verifying',
  'ready',
  'updating',
  'rotating',
  'restoring',
  'suspended',
  'purging',
  'deleted',
  'uncertain',
  'failed',
  'cleaning',
  'orphaned',
] as const;

/** @public */
export const databaseStateSchema = z.enum(databaseStates);

/** @public */
export type DatabaseState = z.infer<typeof databaseStateSchema>;

/**
 * Which state may follow which. A transition that is not here is a bug, and is
 * refused before anything is written.
 *
 * @remarks
 *
 * `uncertain` is reached from every state in which the outside is changed: the
 * outcome of a call is not known, so one looks before one goes on or cleans.
 * `orphaned` means that something remains outside and a person decides.
 *
 * @public
 */
export const databaseTransitions: Readonly<
  Record<DatabaseState, readonly DatabaseState[]>
> = {
  requested: ['awaiting-approval', 'provisioning', 'failed', 'deleted'],
  'awaiting-approval': ['provisioning', 'failed', 'cleaning', 'deleted'],
  // An order that is called off is cleaned away, or is gone at once when nothing was made.
  provisioning: ['verifying', 'uncertain', 'failed', 'cleaning', 'deleted'],
  verifying: ['ready', 'uncertain', 'failed', 'cleaning'],
  ready: ['updating', 'rotating', 'restoring', 'suspended'],
  updating: ['ready', 'uncertain', 'failed'],
  rotating: ['ready', 'uncertain', 'failed'],
  // Suspended when somebody gives up putting back what it held: its logins are off.
  restoring: ['ready', 'suspended', 'uncertain', 'failed'],
  suspended: ['ready', 'purging', 'uncertain', 'failed'],
  purging: ['deleted', 'uncertain', 'orphaned'],
  deleted: [],
  uncertain: [
    'provisioning',
    'verifying',
    'updating',
    'rotating',
    'restoring',
    'suspended',
    'purging',
    'cleaning',
    // A rotation that was given up: the login in use was never touched.
    'ready',
    'failed',
  ],
  failed: [
    // Asked anew, after it was not approved.
    'awaiting-approval',
    'provisioning',
    'verifying',
    'updating',
    'rotating',
    'restoring',
    'cleaning',
    // Called off before it was asked anew, when nothing was made.
    'deleted',
  ],
  cleaning: ['deleted', 'uncertain', 'orphaned'],
  orphaned: ['cleaning', 'purging', 'deleted'],
};

/**
 * Whether a database may go from one state to another.
 * @public
 */
export function canTransition(from: DatabaseState, to: DatabaseState): boolean {
  return databaseTransitions[from].includes(to);
}

/**
 * States in which work is under way and a live page may expect news.
 * @public
 */
export const workingDatabaseStates: readonly DatabaseState[] = [
  'requested',
  'provisioning',
  'verifying',
  'updating',
  'rotating',
  'restoring',
  'purging',
  'cleaning',
];

/**
 * States in which somebody has to look.
 * @public
 */
export const attentionDatabaseStates: readonly DatabaseState[] = [
  'awaiting-approval',
  'uncertain',
  'failed',
  'orphaned',
];

/**
 * What people can ask of a database that exists.
 * @public
 */
export const databaseActions = [
  'connect',
  'backup',
  'restore',
  'resize',
  'extend',
  'suspend',
  'resume',
  'retry',
  'hand-on',
  'delete',
] as const;

/** @public */
export type DatabaseAction = (typeof databaseActions)[number];

/**
 * In which states each action can be asked for.
 * @public
 */
export const databaseActionStates: Readonly<
  Record<DatabaseAction, readonly DatabaseState[]>
> = {
  connect: ['ready'],
  // It is used as before meanwhile, so that a backup is no state.
  backup: ['ready', 'suspended'],
  restore: ['ready'],
  resize: ['ready'],
  extend: ['ready', 'suspended'],
  suspend: ['ready'],
  resume: ['suspended'],
  retry: ['failed', 'uncertain'],
  'hand-on': ['ready', 'suspended', 'failed', 'orphaned', 'awaiting-approval'],
  delete: ['ready', 'suspended', 'failed', 'orphaned'],
};

/**
 * Whether an action fits the state a database is in.
 * @public
 */
export function canDo(action: DatabaseAction, state: DatabaseState): boolean {
  return databaseActionStates[action].includes(state);
}
