/**
 * What a permission lets one do, in words.
 *
 * @public
 */
export interface PermissionWords {
  /** Begins with a verb. */
  title: string;
  /** What else decides, beside the permission. */
  note?: string;
}

/**
 * The words for the permissions of Slipway's plugins and of those of Backstage that it comes with.
 *
 * @public
 */
export const PERMISSION_WORDS: Readonly<Record<string, PermissionWords>> = {
  'access.handover.read': {
    title: 'See what somebody leaves behind',
  },
  'access.people.read': { title: 'See what others may do' },
  'access.self.read': { title: 'See what you may do yourself' },

  'approvals.deputy.create': { title: 'Name a deputy for yourself' },
  'approvals.deputy.end': {
    title: 'End an appointment of a deputy',
    note: 'One that you made, or that you were given.',
  },
  'approvals.deputy.manage': { title: "See and end everybody's deputies" },
  'approvals.deputy.read': { title: 'See your deputies' },
  'approvals.request.create': {
    title: 'Ask for approvals as a service',
    note: 'Services do this, never people.',
  },
  'approvals.request.decide': {
    title: 'Approve and reject',
    note: 'Only where you belong to the deciding group, and neither asked nor took part. No role can make you a decider.',
  },
  'approvals.request.read': {
    title: 'See a request for approval',
    note: 'Owners are here those who ask, those who own the thing, and those who decide.',
  },
  'approvals.request.withdraw': { title: 'Withdraw a request for approval' },

  'audit.event.read': { title: 'Read the audit trail' },

  'catalog.entities.unprocessed.delete': {
    title: 'Remove what the catalog could not take in',
  },
  'catalog.entities.unprocessed.read': {
    title: 'See what the catalog could not take in',
  },
  'catalog.entity.create': { title: 'Register a component' },
  'catalog.entity.delete': { title: 'Remove an entity from the catalog' },
  'catalog.entity.read': { title: 'See the catalog' },
  'catalog.entity.refresh': { title: 'Have an entity read again' },
  'catalog.entity.validate': { title: 'Check a document' },
  'catalog.ingestion.manage': { title: 'Steer how entities are taken in' },
  'catalog.ingestion.read': { title: 'See how entities are taken in' },
  'catalog.location.analyze': { title: 'Look into a repository to register' },
  'catalog.location.create': { title: 'Register a location' },
  'catalog.location.delete': {
    title: 'Unregister any location',
    note: 'Who owns everything that came from a location unregisters it without this.',
  },
  'catalog.location.read': { title: 'See what is registered' },

  'databases.database.backup': { title: 'Back a database up' },
  'databases.database.create': {
    title: 'Order a database',
    note: 'For a group of yours.',
  },
  'databases.database.create-for-others': {
    title: 'Order and start services for groups of others',
    note: 'Also to hand a database on to such a group.',
  },
  'databases.database.credentials.create': {
    title: 'Get a personal login, and see and end those of others',
    note: 'Your groups are looked up in the catalog each time.',
  },
  'databases.database.credentials.retire': {
    title: 'Decide about the logins of an application',
    note: 'Give the former one back, turn it off, or end all at once.',
  },
  'databases.database.delete': { title: 'Delete a database' },
  'databases.database.hand-on': {
    title: 'Hand a database on to another group',
    note: 'To one that you belong to. Your groups are looked up in the catalog each time.',
  },
  'databases.database.import': {
    title: 'Look at databases on servers that the portal does not own',
  },
  'databases.database.read': { title: 'See databases' },
  'databases.database.restore': {
    title: 'Restore a backup of a database',
    note: 'In its place, or in a new one that you may order.',
  },
  'databases.database.update': {
    title: 'Suspend, resume, resize and rotate a database',
  },
  'databases.options.read': { title: 'See what can be ordered, and prices' },
  'databases.provider.pause': { title: 'Pause a provider of databases' },

  'kubernetes.clusters.read': { title: 'See clusters' },
  'kubernetes.proxy': { title: 'Talk to clusters through the portal' },
  'kubernetes.resources.read': { title: 'See what runs in clusters' },

  'policies.policy.read': { title: 'See the policies in force' },
  'policies.request.evaluate': { title: 'Ask what the policies say' },
  'policies.sweep.create': { title: 'Start a sweep' },
  'policies.violation.read': { title: 'See violations and rates' },
  'policies.waiver.create': { title: 'Ask for a waiver' },
  'policies.waiver.end': { title: 'End a waiver before its time' },
  'policies.waiver.read': { title: 'See waivers' },
  'policies.waiver.withdraw': { title: 'Take back a request for a waiver' },

  'scaffolder.action.execute': { title: 'Run the steps of a golden path' },
  'scaffolder.task.cancel': { title: 'Cancel a task' },
  'scaffolder.task.create': { title: 'Start a golden path' },
  'scaffolder.task.read': { title: 'See a task and its log' },
  'scaffolder.template.dry-run': { title: 'Try a golden path out' },
  'scaffolder.template.management': {
    title: 'Edit golden paths in the portal',
  },
  'scaffolder.template.parameter.read': {
    title: 'See the questions of golden paths',
  },
  'scaffolder.template.step.read': { title: 'See the steps of golden paths' },
};

/**
 * What a permission lets one do, in words; those of its name for one that nobody has found words for, as a company's.
 *
 * @public
 */
export function wordsFor(name: string): PermissionWords {
  const known = PERMISSION_WORDS[name];
  if (known) {
    return known;
  }
  const [plugin, ...rest] = name.split('.');
  const verb = rest.pop() ?? '';
  const words = [verb, ...rest].join(' ').replace(/-/g, ' ');
  return {
    title: `${words.charAt(0).toUpperCase()}${words.slice(1)} (${plugin})`,
  };
}
