import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import type { PluginCases } from './cases.ts';

const root = resolve(import.meta.dirname, '../../../..');
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** A parameter of a route, in so far as it has limits. */
export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: {
    type?: string;
    maxLength?: number;
    maxItems?: number;
    pattern?: string;
    enum?: string[];
    format?: string;
  };
}

/** A route of a contract. */
export interface Operation {
  /** For example `GET /databases/{id}`. */
  route: string;
  method: string;
  path: string;
  parameters: Parameter[];
  hasBody: boolean;
}

/** What one package serves by its OpenAPI file. */
export interface Contract {
  /** The folder of the package, for example `plugins/audit-backend`. */
  package: string;
  pluginId: string;
  operations: Operation[];
}

/** All contracts of the repository: a new one is found by itself. */
export function readContracts(): Contract[] {
  return globSync('{plugins,packages}/*/src/schema/openapi.yaml', { cwd: root })
    .sort()
    .map(file => {
      const folder = dirname(dirname(dirname(file)));
      const manifest = readFileSync(join(root, folder, 'package.json'), 'utf8');
      const { pluginId } = JSON.parse(manifest).backstage;
      const document = parse(readFileSync(join(root, file), 'utf8'));
      return {
        package: relative('.', folder),
        pluginId,
        operations: operationsOf(document),
      };
    });
}

/** What is expected of a plugin's routes: a file of its id. */
export async function readCases(pluginId: string): Promise<PluginCases> {
  const file = join(import.meta.dirname, 'plugins', `${pluginId}.ts`);
  if (!existsSync(file)) {
    throw new Error(
      `${pluginId} has an OpenAPI file, and nobody says what its callers get. Add packages/backend/e2e-tests/callers/plugins/${pluginId}.ts.`,
    );
  }
  const module = await import(pathToFileURL(file).href);
  return module[pluginId.replace(/-(\w)/g, (_, c) => c.toUpperCase())];
}

function operationsOf(document: any): Operation[] {
  const follow = (value: any) =>
    value.$ref
      ? value.$ref
          .slice(2)
          .split('/')
          .reduce((at: any, key: string) => at[key], document)
      : value;
  return Object.entries<any>(document.paths).flatMap(([path, item]) =>
    METHODS.filter(method => item[method]).map(method => ({
      route: `${method.toLocaleUpperCase('en-US')} ${path}`,
      method: method.toLocaleUpperCase('en-US'),
      path,
      parameters: [
        ...(item.parameters ?? []),
        ...(item[method].parameters ?? []),
      ].map(follow),
      hasBody: Boolean(item[method].requestBody),
    })),
  );
}
