import { TestDatabases } from '@backstage/backend-test-utils';
import { makeRecord } from './__testUtils__/records';
import {
  createServices,
  EVERYTHING,
  useTrails,
} from './__testUtils__/useTrails';
import { appendRecords } from './database/appendRecords';

jest.setTimeout(60_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('the trail', () => {
  const create = useTrails(databases);

  it('chains what several replicas add at once, so that it verifies', async () => {
    const trail = await create();
    await trail.handOver();
    const { sealing, verify, published } = createServices(trail);
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        appendRecords(
          trail.portal,
          Array.from({ length: 1 + (n % 4) }, () =>
            makeRecord({ meta: { text: `ünïcode ${n} 😀 \\ " \u2028` } }),
          ),
        ),
      ),
    );
    await sealing.seal();
    expect(published).toMatchObject([{ kind: 'head', seq: 50 }]);
    expect(await verify()).toMatchObject({
      problems: [],
      entries: 50,
      provenTo: 50,
      unproven: 0,
    });
    // Quiet minutes publish nothing.
    await sealing.seal();
    expect(published).toHaveLength(1);
  });

  it('stores an entry once, however often it is sent', async () => {
    const trail = await create();
    const record = makeRecord();
    await appendRecords(trail.portal, [record]);
    await appendRecords(trail.portal, [record, makeRecord(), record]);
    const { reading } = createServices(trail);
    expect((await reading.list({})).items.map(({ seq }) => seq)).toEqual([
      '2',
      '1',
    ]);
  });

  it('refuses what is no entry, and then stores none of the batch', async () => {
    const trail = await create();
    const append = (records: string[]) =>
      trail.portal.raw('SELECT slipway_audit.append(?::text[])', [records]);
    const good = JSON.stringify(makeRecord());
    for (const bad of ['{', '[]', '{}', '"x"', `{\n"id":"${good}"}`]) {
      await expect(append([good, bad])).rejects.toMatchObject({
        code: expect.stringMatching(/^2[23]/),
      });
    }
    const { reading } = createServices(trail);
    expect((await reading.list({})).items).toEqual([]);
  });

  it('exports a period so that it verifies by itself', async () => {
    const trail = await create();
    const { sealing, verify, reading } = createServices(trail);
    const times: string[] = [];
    for (let n = 0; n < 6; n += 1) {
      await appendRecords(trail.portal, [makeRecord()]);
      await sealing.seal();
      times.push((await reading.state()).head.at);
      await new Promise(resolve => setTimeout(resolve, 5));
    }
    const at = (n: number) => new Date(Date.parse(times[n]) + 2).toISOString();
    expect(await verify({ from: at(1), to: at(3) })).toMatchObject({
      problems: [],
      // The third and fourth, with a neighbour on each side.
      entries: 4,
    });
    expect(await verify({ from: at(5), to: at(5) })).toMatchObject({
      problems: [],
    });
    expect(await verify({ ...EVERYTHING, to: at(0) })).toMatchObject({
      problems: [],
      entries: 2,
    });
  });

  it('is empty at first, and can be taken back', async () => {
    const trail = await create();
    const { sealing, verify, published } = createServices(trail);
    await sealing.seal();
    expect(published).toEqual([]);
    expect(await verify()).toMatchObject({
      problems: [{ kind: 'unproven' }],
      entries: 0,
    });
    await trail.portal.migrate.rollback(
      { directory: `${__dirname}/../migrations` },
      true,
    );
    expect(
      await trail.portal('pg_namespace').where({ nspname: 'slipway_audit' }),
    ).toEqual([]);
  });
});
