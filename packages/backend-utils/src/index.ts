/**
 * What the routes and actions of our backend plugins share.
 *
 * @packageDocumentation
 */
export { audited } from './audited';
export { ChangeLimit, TooManyRequestsError } from './ChangeLimit';
export { createHintSender } from './createHintSender';
export { assertDirectPerson, isDirectPerson } from './directPerson';
export { inTime } from './inTime';
export { refuseOtherThanJson } from './refuseOtherThanJson';
export { assertStorable, refuseUnstorableText } from './refuseUnstorableText';
export { lazyOpenApiRouter } from './lazyOpenApiRouter';
export { namesOf } from './namesOf';
export { repositoryOf } from './repositoryOf';
export {
  catalogWithRepositoryToken,
  REPOSITORY_TOKEN_HEADER,
} from './repositoryToken';
export { requireIdempotencyKey } from './requireIdempotencyKey';
export { type Right, tellOnlyWhoMay } from './tellOnlyWhoMay';
export { parseYaml, toPlainValue, type YamlFile } from './yaml/parseYaml';
export { type UserCredentials } from './UserCredentials';
