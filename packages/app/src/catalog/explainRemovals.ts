import { describeError } from '@slipway/ui';
import type { CatalogApi } from './CatalogApi';

/**
 * Lets removals fail with the catalog's own sentence.
 *
 * @remarks
 *
 * Upstream's dialogs show an error's message. That of its client is "Request failed with 403 Forbidden"; the sentence that
 * says whose entity is in the way lies deeper.
 *
 * @param onFailure - is told the sentence before the dialog is
 */
export function explainRemovals(
  api: CatalogApi,
  onFailure: (sentence: string) => void,
): CatalogApi {
  const explain = (error: unknown): never => {
    const { cause } = describeError(error);
    onFailure(cause);
    throw new Error(cause, { cause: error });
  };
  const removeLocationById = api.removeLocationById.bind(api);
  const removeEntityByUid = api.removeEntityByUid.bind(api);
  api.removeLocationById = (...args) =>
    removeLocationById(...args).catch(explain);
  api.removeEntityByUid = (...args) =>
    removeEntityByUid(...args).catch(explain);
  return api;
}
