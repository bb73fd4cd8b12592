import { pageOf, pagination } from './paging';

describe('paging', () => {
  it.each([
    ['', 1],
    ['page=3', 3],
    ['page=2.9', 2],
    ['page=-4', 1],
    ['page=two', 1],
  ])('reads the page of "%s" as %d', (address, number) => {
    expect(pageOf(new URLSearchParams(address))).toBe(number);
  });

  it('leads to the pages around, and says nothing of the first one', () => {
    const change = jest.fn();
    const pages = pagination({ number: 2, totalItems: 60 }, change);
    expect(pages).toMatchObject({
      offset: 20,
      totalCount: 60,
      hasPreviousPage: true,
      hasNextPage: true,
    });
    if (pages.type === 'page') {
      pages.onPreviousPage();
      pages.onNextPage();
    }
    expect(change.mock.calls).toEqual([[{ page: undefined }], [{ page: '3' }]]);
  });

  it.each([
    [1, 20, false, false],
    [1, 21, false, true],
    [2, 40, true, false],
  ])(
    'page %d of %d items has one before: %s, one after: %s',
    (number, totalItems, hasPreviousPage, hasNextPage) => {
      expect(pagination({ number, totalItems }, () => {})).toMatchObject({
        hasPreviousPage,
        hasNextPage,
      });
    },
  );
});
