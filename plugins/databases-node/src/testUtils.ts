/**
 * The suites that implementations must pass. For tests only: they use jest.
 *
 * @packageDocumentation
 */
export * from './conformance';
