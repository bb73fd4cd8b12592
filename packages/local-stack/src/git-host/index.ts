export { createGitHost, type GitHost } from './createGitHost.ts';
export { CALLBACK_PATH as GIT_HOST_CALLBACK_PATH } from './oauth/SignIn.ts';
export type { ImportOptions } from './storage/importRepository.ts';
export type * from './types.ts';
