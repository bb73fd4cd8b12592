import assert from 'node:assert/strict';
import { SECRET_VALUE_BYTES_MOST } from '../checkSecret';
import { RegisterSecretTest } from './secretStoreConformance';

const ODD_IDS = [
  '../../etc/passwd',
  '..',
  '/',
  ' ',
  'a\'b"c;-- ',
  '%2e%2e%2f?x=1#y&z',
  '*',
  '$(id) `id` ${id}',
  '\\',
  'Überraschung/🦩',
  'é',
  'e\u0301',
  'x'.repeat(200),
  `${'x'.repeat(199)}y`,
];

const ODD_VALUES = [
  ' leading and trailing ',
  '\n',
  'a\r\nb\tc\u007fd',
  '"quoted" \\ \'single\' `back`',
  '{"value":"not json of ours"}',
  '${NOT_A_VARIABLE} {{ nor.this }}',
  'bm90IGJhc2U2NA==',
  '\ufeffmark',
  '🦩 e\u0301 \u202e',
];

/** @internal */
export function registerSecretLimitTests(register: RegisterSecretTest): void {
  register('takes any id and tells all of them apart', async world => {
    const store = world.open();
    for (const id of ODD_IDS) {
      await store.write({ id: world.id(id), revision: 1 }, `value of ${id}`);
    }
    for (const id of ODD_IDS) {
      assert.equal(await store.read({ id, revision: 1 }), `value of ${id}`);
    }
    for (const id of ODD_IDS) {
      await store.remove({ id, revision: 1 });
      await world.isAbsent(store, { id, revision: 1 });
    }
    await world.isClean();
  });

  register('gives every value back as it was', async world => {
    const store = world.open();
    const id = world.id();
    for (const [index, value] of ODD_VALUES.entries()) {
      const ref = { id, revision: index + 1 };
      await store.write(ref, value);
      assert.equal(await store.read(ref), value);
      await store.write(ref, value);
    }
  });

  register('takes values up to the limit', async world => {
    const store = world.open();
    const id = world.id();
    for (const [index, piece] of ['x', 'é', '"', '\u0001'].entries()) {
      const ref = { id, revision: index + 1 };
      const value = piece.repeat(
        SECRET_VALUE_BYTES_MOST / Buffer.byteLength(piece),
      );
      await store.write(ref, value);
      assert.equal(await store.read(ref), value);
    }
  });

  register('refuses what no store takes, and changes nothing', async world => {
    const store = world.open();
    const { id } = world.ref();
    for (const value of [
      '',
      world.value(`${'long-'.repeat(SECRET_VALUE_BYTES_MOST / 4)}x`),
      world.value('half-a-pair-\ud800'),
      world.value('with-a-\u0000'),
    ]) {
      await world.failure(
        store.write({ id, revision: 1 }, value),
        'InputError',
        /value of a secret/,
      );
    }
    for (const wrong of ['', 'x'.repeat(201), 'a\u0000b', '\udc00']) {
      const refused = (call: Promise<unknown>) =>
        world.failure(call, 'InputError', /id of a secret/);
      const ref = { id: wrong, revision: 1 };
      await refused(store.write(ref, world.value()));
      await refused(store.read(ref));
      await refused(store.remove(ref));
      await refused(store.removeAll(wrong));
    }
    for (const revision of [0, -1, 1.5, Number.NaN, 2_147_483_648]) {
      const refused = (call: Promise<unknown>) =>
        world.failure(call, 'InputError', /revision of a secret/);
      await refused(store.write({ id, revision }, world.value()));
      await refused(store.read({ id, revision }));
      await refused(store.remove({ id, revision }));
    }
    await world.isClean();
  });
}
