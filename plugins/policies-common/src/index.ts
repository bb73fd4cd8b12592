/**
 * Policy documents, their CEL expressions, the verdict on a request, and what the policies API answers.
 *
 * @packageDocumentation
 */
export * from './api';
export * from './cases';
export * from './cel';
export * from './document';
export * from './engine';
