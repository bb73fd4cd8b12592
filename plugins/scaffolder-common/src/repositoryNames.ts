const RESERVED = new Set([
  '.',
  '..',
  'con',
  'nul',
  'aux',
  'prn',
  'wiki',
  'settings',
]);

/**
 * Looks the name of a new repository over: what Gitea, GitHub and GitLab all
 * take.
 *
 * @returns what is wrong and how to mend it; `undefined` when it is fine
 * @public
 */
export function explainRepositoryName(name: string): string | undefined {
  if (name.length < 1 || name.length > 100) {
    return 'needs the name of a repository, at most 100 characters long.';
  }
  // GitLab's rule, which is the strictest.
  if (!/^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/.test(name)) {
    return `names the repository ${JSON.stringify(name)}. Use letters, digits and single hyphens, underscores or dots between them, for example "orders".`;
  }
  if (
    /\.(git|wiki|rss|atom)$/i.test(name) ||
    RESERVED.has(name.toLowerCase())
  ) {
    return `names the repository "${name}", which git hosts keep for themselves. Choose another name.`;
  }
  return undefined;
}

/**
 * The same for the organisation, group or person that is to own it.
 * @public
 */
export function explainOwnerName(owner: string): string | undefined {
  if (!owner) {
    return 'names no owner. Choose the organisation or group that the repository shall belong to.';
  }
  return owner.length <= 255 &&
    owner.split('/').every(part => /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(part))
    ? undefined
    : `names the owner ${JSON.stringify(owner)}, which cannot be one. Choose the organisation or group that the repository shall belong to.`;
}
