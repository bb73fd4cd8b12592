/**
 * Policy documents, their CEL expressions, and the verdict on a request.
 *
 * @packageDocumentation
 */
export * from './cases';
export * from './cel';
export * from './document';
export * from './engine';
