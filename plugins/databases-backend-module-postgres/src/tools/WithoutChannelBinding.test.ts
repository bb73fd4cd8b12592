import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { WithoutChannelBinding } from './WithoutChannelBinding';

const message = (letter: string, ...parts: Array<string | number>) => {
  const body = Buffer.concat(
    parts.map(part => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(typeof part === 'number' ? part : 0);
      return typeof part === 'number' ? bytes : Buffer.from(part);
    }),
  );
  const head = Buffer.from(`${letter}....`);
  head.writeUInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
};

const pass = (bytes: Buffer, size: number) => {
  const parts: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += size) {
    parts.push(bytes.subarray(from, from + size));
  }
  return buffer(Readable.from(parts).pipe(new WithoutChannelBinding()));
};

describe('WithoutChannelBinding', () => {
  const offer = message('R', 10, 'SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0');
  const reduced = message('R', 10, 'SCRAM-SHA-256\0\0');

  it.each([1, 3, 7, 100])(
    'leaves the offer out that comes in parts of %d bytes',
    async size => {
      const rest = Buffer.concat([offer, Buffer.alloc(20, 'x')]);
      expect(await pass(Buffer.concat([offer, rest]), size)).toEqual(
        Buffer.concat([reduced, rest]),
      );
    },
  );

  it.each([
    reduced,
    message('R', 0),
    message('R', 5, 'salt'),
    message('E', 'SFATAL\0\0'),
    Buffer.from('N'),
    Buffer.from('R'),
    Buffer.from('Rabc'),
    Buffer.from('R\xff\xff\xff\xff and more', 'latin1'),
    Buffer.from('R\0\0\0\0', 'latin1'),
    Buffer.alloc(0),
  ])('passes everything else on: %p', async bytes => {
    expect(await pass(bytes, 2)).toEqual(bytes);
  });
});
