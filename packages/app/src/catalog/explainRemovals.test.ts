import { ResponseError } from '@backstage/errors';
import type { CatalogApi } from './CatalogApi';
import { explainRemovals } from './explainRemovals';

const refusal = async (message: string) =>
  ResponseError.fromResponse(
    new Response(
      JSON.stringify({
        error: { name: 'NotAllowedError', message },
        response: { statusCode: 403 },
      }),
      {
        status: 403,
        statusText: 'Forbidden',
        headers: { 'content-type': 'application/json' },
      },
    ),
  );

describe.each(['removeLocationById', 'removeEntityByUid'] as const)(
  'explainRemovals: %s',
  method => {
    const original = jest.fn();
    const onFailure = jest.fn();
    const api = explainRemovals(
      {
        removeLocationById: original,
        removeEntityByUid: original,
      } as Partial<CatalogApi> as CatalogApi,
      onFailure,
    );
    beforeEach(() => onFailure.mockClear());

    it.each([
      ['it belongs to team-payments', 'it belongs to team-payments'],
      ['', 'Request failed with 403 Forbidden'],
    ])('fails with what was said: "%s"', async (said, shown) => {
      original.mockRejectedValue(await refusal(said));
      await expect(api[method]('id')).rejects.toThrow(shown);
      expect(original).toHaveBeenCalledWith('id');
      expect(onFailure.mock.calls).toEqual([[shown]]);
    });

    it('succeeds as before', async () => {
      original.mockResolvedValue(undefined);
      await expect(api[method]('id')).resolves.toBeUndefined();
      expect(onFailure).not.toHaveBeenCalled();
    });
  },
);
