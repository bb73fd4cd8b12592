/**
 * How what people send is checked and refused.
 *
 * @packageDocumentation
 */
export {
  explainHiddenCharacter,
  refuseHiddenCharacters,
} from './hiddenCharacters';
export {
  missingOrNot,
  parseInput,
  toFieldProblems,
  type FieldProblem,
} from './parseInput';
export {
  linesOf,
  readYamlDocuments,
  repeatedKeys,
  YamlFault,
  type YamlReading,
} from './readYamlDocuments';
