/**
 * How a provider says what became of a call to the outside. Every other error
 * counts as a bug of the provider.
 *
 * @remarks
 *
 * - `RetryableError`: nothing was changed and trying later may help (down, full, slow). With
 *   `nothingSent` when the call certainly reached nothing, for example for want of a connection:
 *   what nobody outside has seen can be called off at once.
 * - `TerminalError`: nothing was changed and trying again cannot help.
 * - `AmbiguousError`: the answer was lost; observe before going on.
 * - `StaleFenceError`: a newer worker has been here; stop.
 */
export {
  AmbiguousError,
  RetryableError,
  StaleFenceError,
  TerminalError,
} from '@slipway/operations';
