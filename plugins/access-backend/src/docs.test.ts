import { AUDIENCES, PERMISSION_WORDS } from '@slipway/plugin-access-common';
import { routesOf } from '@slipway/backend-utils/testUtils';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

const ROOT = path.resolve(__dirname, '../../..');
const PAGE = path.join(ROOT, 'docs/permissions.md');

/** Backstage's plugins that have permissions. */
const UPSTREAM = ['catalog', 'kubernetes', 'scaffolder'];

const ROLES = {
  everyone: 'everyone',
  owners: 'owners',
  creator: 'creator',
  administrators: '',
  services: 'services, nobody else',
};

/** The contracts of all plugins, also of those that come later. */
function contracts() {
  return globSync('plugins/*/src/schema/openapi.yaml', { cwd: ROOT })
    .sort()
    .map(file => ({
      file,
      spec: parse(readFileSync(path.join(ROOT, file), 'utf8')) as {
        info: { title: string };
        paths: object;
      },
    }));
}

function table(head: string[], rows: string[][]): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map(row => row[column].length)),
  );
  const line = (cells: string[], fill = ' ') =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column], fill)).join(' | ')} |`;
  return [
    line(head),
    line(
      head.map(() => ''),
      '-',
    ),
    ...rows.map(row => line(row)),
  ].join('\n');
}

function permissionsTable(): string {
  const known = [
    ...UPSTREAM,
    ...contracts().map(({ spec }) => spec.info.title),
  ];
  return table(
    ['Permission', 'Lets you', 'Beside administrators'],
    Object.entries(PERMISSION_WORDS)
      .filter(([name]) => known.includes(name.split('.')[0]))
      .map(([name, { title, note }]) => {
        const audience =
          AUDIENCES[name] ??
          // As audienceOf() has it for what is not listed.
          (name.endsWith('.read') ? 'everyone' : 'administrators');
        return [
          `\`${name}\``,
          note ? `${title}. ${note}` : title,
          ROLES[audience],
        ];
      }),
  );
}

function routesTable(): string {
  return table(
    ['Route', 'Asks'],
    contracts().flatMap(({ spec }) =>
      routesOf(spec).map(({ method, path: route, permissions }) => [
        `\`${method.toUpperCase()} /api/${spec.info.title}${route}\``,
        permissions.map(each => `\`${each}\``).join(', '),
      ]),
    ),
  );
}

it('has words for each permission that a contract names', () => {
  const named = contracts().flatMap(({ spec }) =>
    routesOf(spec).flatMap(({ permissions }) => permissions),
  );
  expect(Object.keys(PERMISSION_WORDS)).toEqual(
    expect.arrayContaining([...new Set(named)]),
  );
});

it('is what docs/permissions.md says; UPDATE_DOCS=1 writes it there', () => {
  const page = readFileSync(PAGE, 'utf8');
  const between = (text: string, name: string, content: string) =>
    text.replace(
      new RegExp(`<!-- ${name} -->[^]*<!-- /${name} -->`),
      `<!-- ${name} -->\n\n${content}\n\n<!-- /${name} -->`,
    );
  const expected = between(
    between(page, 'permissions', permissionsTable()),
    'routes',
    routesTable(),
  );
  if (process.env.UPDATE_DOCS) {
    writeFileSync(PAGE, expected);
  }
  expect(readFileSync(PAGE, 'utf8')).toBe(expected);
});
