import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Measure } from './measure';

describe('Measure', () => {
  it('hands everything on, counted', async () => {
    const measure = Measure.create();
    const parts = [Buffer.from('two '), Buffer.alloc(0), Buffer.from('tents')];
    const [passed] = await Promise.all([
      buffer(measure),
      pipeline(Readable.from(parts), measure),
    ]);
    expect(passed.toString()).toBe('two tents');
    expect(measure.sizeBytes).toBe(9);
    expect(measure.sha256).toBe(
      createHash('sha256').update('two tents').digest('hex'),
    );
  });

  it('knows the hash only at the end', () => {
    const measure = Measure.create();
    measure.write('two tents');
    expect(measure.sizeBytes).toBe(9);
    expect(() => measure.sha256).toThrow('Not all has come through yet');
  });
});
