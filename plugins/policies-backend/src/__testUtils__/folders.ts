import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A policy about database requests and components. */
export const policyText = (
  options: { name?: string; mode?: string; rest?: string } = {},
) => `apiVersion: slipway.dev/v1alpha1
kind: Policy
metadata:
  name: ${options.name ?? 'encrypted'}
  title: Encryption
  description: For a test.
spec:
  owner: platform-team
  mode: ${options.mode ?? 'deny'}
  reason: Disks are lost.
  comply: Turn encryption on.
${
  options.rest ??
  `  match: { kinds: [DatabaseRequest] }
  validations:
    - expression: has(object.encrypted) && object.encrypted
      field: encrypted
      message: It is not encrypted.
`
}`;

/** About components: they have an owner. */
export const ownerPolicy = policyText({
  name: 'owned',
  mode: 'warn',
  rest: `  match: { kinds: [Component] }
  validations:
    - expression: has(object.spec.lifecycle) && object.spec.lifecycle != ''
      field: spec.lifecycle
      message: It has no lifecycle.
`,
});

/** About components, with two validations of which each may find a violation. */
export const twoFieldsPolicy = policyText({
  name: 'two-fields',
  mode: 'warn',
  rest: `  match: { kinds: [Component] }
  validations:
    - expression: has(object.spec.lifecycle)
      field: spec.lifecycle
      message: It has no lifecycle.
    - expression: has(object.spec.type)
      field: spec.type
      message: It has no type.
`,
});

/** A folder of policies that is removed after the tests. */
export async function createFolder(files: Record<string, string> = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'slipway-policies-'));
  const write = (name: string, text: string) =>
    writeFile(path.join(folder, name), text);
  for (const [name, text] of Object.entries(files)) await write(name, text);
  return {
    path: folder,
    write,
    remove: (name = '') =>
      rm(path.join(folder, name), { recursive: true, force: true }),
  };
}
