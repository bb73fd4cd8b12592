/**
 * How what people send is checked and refused.
 *
 * @packageDocumentation
 */
export { parseInput, toFieldProblems, type FieldProblem } from './parseInput';
