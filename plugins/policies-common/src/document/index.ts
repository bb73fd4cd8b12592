export { digestOf } from './digest';
export {
  POLICY_API_VERSION,
  POLICY_KIND,
  policyDocumentSchema,
  policyModes,
  policyOperations,
  type PolicyDocument,
  type PolicyMode,
  type PolicyOperation,
  type PolicyParam,
} from './policyDocument';
export * from './problems';
export { readDocuments, type ReadDocument } from './readDocuments';
