import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { spec } from './openapi/generated/router';

it('is generated from the contract as it is', () => {
  const text = readFileSync(path.resolve(__dirname, 'openapi.yaml'), 'utf8');
  expect(spec).toEqual(parse(text));
});
