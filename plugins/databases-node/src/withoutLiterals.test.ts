import { withoutLiterals } from './withoutLiterals';

const postgres = (text: string) =>
  withoutLiterals(text, { doubleQuotes: 'name' });
const mysql = (text: string) => withoutLiterals(text, { doubleQuotes: 'text' });

describe('withoutLiterals', () => {
  it.each([
    [
      `SELECT * FROM "Boats" WHERE name = 'S3CRET' AND id = $1`,
      'SELECT * FROM "Boats" WHERE name = ? AND id = $1',
    ],
    [`SELECT E'S3CRET', U&'S3CRET', b'1', N'S3CRET'`, 'SELECT ?, ?, ?, ?'],
    [`SELECT 'it''s S3CRET' || x`, 'SELECT ? || x'],
    ['SELECT $$S3CRET$$, $a$S3$$CRET$a$', 'SELECT ?, ?'],
    [
      'SELECT 12345, 1.5e-7, .5, 0xFF, t1.c2 FROM t1',
      'SELECT ?, ?, ?, ?, t1.c2 FROM t1',
    ],
    ['SELECT 1 -- S3CRET\n + 2', 'SELECT ? + ?'],
    ['SELECT /* S3CRET /* S3CRET */ S3CRET */ a', 'SELECT a'],
    [`SELECT a FROM b WHERE c = 'S3CRET`, 'SELECT a FROM b WHERE c = ?'],
    [`SELECT 'a\\' , 'S3CRET'`, 'SELECT ?'],
    [`SELECT E'a\\' S3CRET', 'S3CRET'`, 'SELECT ?'],
    ['SELECT "S3CRET', 'SELECT ?'],
  ])('of Postgres: %s', (text, shown) => {
    expect(postgres(text)).toBe(shown);
  });

  it.each([
    ['SELECT "S3CRET", `a b` FROM t', 'SELECT ?, `a b` FROM t'],
    ['SELECT "a\\" S3CRET"', 'SELECT ?'],
    [`SELECT 5--'S3CRET\nS3CRET'`, 'SELECT ?--?'],
    ['SELECT 1 # S3CRET\n, 2', 'SELECT ? , ?'],
    [`SELECT /* /* */ 'x */ S3CRET'`, 'SELECT ?'],
  ])('of MySQL: %s', (text, shown) => {
    expect(mysql(text)).toBe(shown);
  });

  it('shows no value, wherever the text is cut off', () => {
    const text = `UPDATE t SET a = 'it''s S3CRET', b = $x$S3CRET$x$, c = E'S3\\'CRET' /* S3CRET */ WHERE d = "S3CRET"`;
    for (let end = 0; end < text.length - 1; end += 1) {
      expect(postgres(text.slice(0, end))).not.toMatch(/S3/);
    }
  });

  it('shortens what nobody would read', () => {
    const text = postgres(`SELECT ${'a, '.repeat(10_000)} b`);
    expect(text.length).toBe(501);
    expect(text.endsWith('…')).toBe(true);
  });
});
