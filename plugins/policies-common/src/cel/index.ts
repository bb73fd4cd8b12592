export { CelProblem } from './CelProblem';
export {
  bool as celBool,
  double as celDouble,
  dyn as celDyn,
  int as celInt,
  list as celListOf,
  map as celMapOf,
  object as celObject,
  text as celText,
  timestamp as celTimestamp,
  type CelShape,
} from './shapes';
