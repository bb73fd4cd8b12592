import { createRecentTexts } from './recentTexts';

describe('createRecentTexts', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('gives a text once', () => {
    const texts = createRecentTexts(5000);
    texts.note('It is not yours');
    expect(texts.take('Something else')).toBe(false);
    expect(texts.take('It is not yours')).toBe(true);
    expect(texts.take('It is not yours')).toBe(false);
  });

  it('forgets a text that nobody took', () => {
    const texts = createRecentTexts(5000);
    texts.note('It is not yours');
    jest.advanceTimersByTime(4000);
    texts.note('Nor this');
    jest.advanceTimersByTime(1001);
    expect(texts.take('It is not yours')).toBe(false);
    expect(texts.take('Nor this')).toBe(true);
  });
});
