import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const UPDATE_HOOK = `#!/bin/sh
# Called by git for each ref of a push: name, old hash, new hash.
[ "$1" = "refs/heads/$GIT_HOST_PROTECTED_BRANCH" ] || exit 0
case "$2" in *[!0]*) ;; *) exit 0 ;; esac
case "$3" in
  *[!0]*) ;;
  *) echo "The default branch cannot be deleted." >&2; exit 1 ;;
esac
[ -z "$(git rev-list -n 1 "$2" "^$3" 2>/dev/null)" ] && exit 0
echo "The default branch's history cannot be rewritten: push without force." >&2
exit 1
`;

/** Writes the hook that refuses to delete or rewrite the branch in GIT_HOST_PROTECTED_BRANCH; returns its folder. */
export async function installProtection(root: string): Promise<string> {
  const folder = join(root, '.hooks');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'update'), UPDATE_HOOK, { mode: 0o700 });
  return folder;
}
