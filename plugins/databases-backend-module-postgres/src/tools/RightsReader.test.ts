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
});
