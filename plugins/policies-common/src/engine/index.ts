export { type CompiledPolicy, type CompileOptions } from './compilePolicy';
export * from './identify';
export type { PolicyFinding } from './judge';
export * from './limits';
export * from './loadPolicies';
export * from './PolicySet';
export * from './request';
export { hasEnvironment, policySubjects, type PolicySubject } from './subjects';
