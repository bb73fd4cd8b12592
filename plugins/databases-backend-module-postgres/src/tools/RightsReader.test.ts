import { RightsReader } from './RightsReader';

const names = { owner: 'copy_owner', rw: 'copy_rw', ro: 'copy_ro' };

const section = (type: string, ...lines: string[]) =>
  [
    '--',
    `-- Name: THING "x"; Type: ${type}; Schema: public; Owner: source_owner`,
    '--',
    '',
    ...lines,
    '',
    '',
  ].join('\n');

const read = (sql: string, size = sql.length) => {
  const reader = RightsReader.create(names);
  for (let from = 0; from < sql.length; from += size) {
    reader.add(sql.slice(from, from + size));
  }
  return reader.finish();
};

describe('RightsReader', () => {
  const sql = [
    section('TABLE', 'CREATE TABLE "public"."t" ();'),
    section(
      'ACL',
      'GRANT SELECT,INSERT ON TABLE "public"."t" TO "source_rw";',
      'GRANT SELECT ON TABLE "public"."t" TO PUBLIC;',
    ),
    section('ACL', 'GRANT SELECT("b") ON TABLE "public"."t" TO "source_ro";'),
    section(
      'ACL',
      'REVOKE ALL ON FUNCTION "public"."f"("a" integer, "b" numeric(3,2)) FROM PUBLIC;',
      'GRANT ALL ON FUNCTION "public"."f"("a" integer, "b" numeric(3,2)) TO "source_rw" WITH GRANT OPTION;',
    ),
    section(
      'DEFAULT ACL',
      'ALTER DEFAULT PRIVILEGES FOR ROLE "source_owner" IN SCHEMA "s" REVOKE ALL ON FUNCTIONS FROM PUBLIC;',
    ),
  ].join('');

  it.each([1, 7, sql.length])(
    'says it of the roles of another database, in parts of %d',
    size => {
      expect(read(sql, size)).toEqual([
        'REVOKE ALL ON TABLE "public"."t" FROM "copy_rw", "copy_ro"',
        'GRANT SELECT,INSERT ON TABLE "public"."t" TO "copy_rw"',
        'GRANT SELECT ON TABLE "public"."t" TO PUBLIC',
        'GRANT SELECT("b") ON TABLE "public"."t" TO "copy_ro"',
        'REVOKE ALL ON FUNCTION "public"."f"("a" integer, "b" numeric(3,2)) FROM PUBLIC',
        'GRANT ALL ON FUNCTION "public"."f"("a" integer, "b" numeric(3,2)) TO "copy_rw" WITH GRANT OPTION',
        'ALTER DEFAULT PRIVILEGES FOR ROLE "copy_owner" IN SCHEMA "s" REVOKE ALL ON FUNCTIONS FROM PUBLIC',
      ]);
    },
  );

  it('leaves out what others had, and what is not about rights', () => {
    expect(
      read(
        [
          section(
            'ACL',
            'SET SESSION AUTHORIZATION "source_rw";',
            'GRANT SELECT ON TABLE "public"."t" TO "neighbour_ro";',
            'GRANT SELECT ON TABLE "public"."t" TO "source_a";',
            'GRANT SELECT ON TABLE "public"."t" TO "nora_12345";',
            'RESET SESSION AUTHORIZATION;',
            'CREATE ROLE mallory;',
          ),
          section('FUNCTION', 'GRANT ALL ON TABLE "t" TO "source_ro";'),
          section(
            'DEFAULT ACL',
            'ALTER DEFAULT PRIVILEGES FOR ROLE "source_a" GRANT ALL ON TABLES TO "source_ro";',
          ),
        ].join(''),
      ),
    ).toEqual([]);
  });

  it('is not led astray by names', () => {
    const thing = `TABLE "public"."a; ""GRANT"" -- TO\n""x"" FROM ; --"`;
    expect(
      read(
        section(
          'ACL',
          `REVOKE ALL ON ${thing} FROM "source_owner";`,
          `GRANT SELECT ON ${thing} TO "source_ro";`,
        ),
      ),
    ).toEqual([
      `REVOKE ALL ON ${thing} FROM "copy_rw", "copy_ro"`,
      `REVOKE ALL ON ${thing} FROM "copy_owner"`,
      `GRANT SELECT ON ${thing} TO "copy_ro"`,
    ]);
  });

  describe('what is long', () => {
    const CHUNK = 64 * 1024;
    const rights = section('ACL', 'GRANT SELECT ON TABLE "t" TO "source_ro";');
    const given = [
      'REVOKE ALL ON TABLE "t" FROM "copy_rw", "copy_ro"',
      'GRANT SELECT ON TABLE "t" TO "copy_ro"',
    ];

    /** How many characters are looked through, or copied, by whatever is called on a text meanwhile. Ends it when they are too many. */
    const countWork = (most: number, work: () => void) => {
      let total = 0;
      const count = (text: string) => {
        total += text.length;
        if (total > most) throw new Error('Too much work');
      };
      const spies = (
        ['split', 'indexOf', 'lastIndexOf', 'startsWith', 'slice'] as const
      ).map(name => {
        const original = String.prototype[name] as (
          ...args: unknown[]
        ) => unknown;
        return jest
          .spyOn(String.prototype, name as 'slice')
          .mockImplementation(function counting(
            this: string,
            ...args: unknown[]
          ) {
            count(`${this}`);
            return original.apply(this, args) as string;
          });
      });
      const exec = jest
        .spyOn(RegExp.prototype, 'exec')
        .mockImplementation(function counting(this: RegExp, text: string) {
          count(text);
          const [found] = text.matchAll(new RegExp(this.source, 'g'));
          return found ?? null;
        });
      try {
        work();
      } finally {
        [...spies, exec].forEach(spy => spy.mockRestore());
      }
      return total;
    };

    it.each([
      ['a comment', 'COMMENT ON TABLE "t" IS \''],
      ['what looks like a header', '-- Name: '],
    ])('costs no more than its length: %s', (_, start) => {
      const chunk = 'x'.repeat(CHUNK);
      const chunks = Math.ceil(50_000_000 / CHUNK);
      const reader = RightsReader.create(names);
      // Its owner says what the names of the source begin with.
      reader.add(section('TABLE', start));
      reader.add(start);
      const count = countWork(4 * chunks * CHUNK, () => {
        for (let i = 0; i < chunks; i++) {
          reader.add(chunk);
        }
      });
      expect(count).toBeGreaterThanOrEqual(chunks * CHUNK);
      reader.add(`';\n\n${rights}`);
      expect(reader.finish()).toEqual(given);
    });

    it('is no header that takes long to be understood', () => {
      const fields = '; Type: ; Schema: '.repeat(50_000);
      const started = `-- Name: ${fields}\n`;
      expect(read(`${started}${rights}`, CHUNK)).toEqual(given);
    });

    it.each([1, CHUNK])(
      'is not kept where it is about rights, in parts of %d',
      size => {
        const endless = section(
          'ACL',
          'GRANT SELECT ON TABLE "t" TO "source_ro"'.padEnd(1_100_000),
        );
        expect(() => read(`${endless}${rights}`, size)).toThrow(
          expect.objectContaining({
            name: 'TerminalError',
            message:
              'What the dump says of the rights on THING "x" is too long to be given again',
          }),
        );
      },
    );

    it('is not kept where it is about rights in many lines', () => {
      const lines = Array(100_000).fill('GRANT a TO b;');
      expect(() => read(section('ACL', ...lines), CHUNK)).toThrow(
        'THING "x" is too long',
      );
    });

    it('is taken where a thing has many rights', () => {
      const columns = Array.from(
        { length: 1_600 },
        (_, i) =>
          `GRANT SELECT("${'c'.repeat(59)}${i}") ON TABLE "t" TO "source_ro";`,
      );
      expect(read(section('ACL', ...columns), CHUNK)).toHaveLength(1 + 1_600);
    });
  });
});
