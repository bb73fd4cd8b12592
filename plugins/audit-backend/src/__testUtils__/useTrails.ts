import {
  mockServices,
  type TestDatabases,
} from '@backstage/backend-test-utils';
import {
  createSigner,
  readPublicKeys,
  type SignedStatement,
  signStatement,
  type Statement,
  TrailVerifier,
} from '@slipway/plugin-audit-node';
import { createAlarm } from '../services/createAlarm';
import { PublishedPast } from '../services/PublishedPast';
import { Publishers } from '../services/Publishers';
import { SealingService } from '../services/SealingService';
import { TrailService } from '../services/TrailService';
import { createTrailDatabase, type TrailDatabase } from './createTrailDatabase';

const signer = createSigner(Buffer.alloc(32, 1).toString('base64'))!;

/** A period that every entry is in. */
export const EVERYTHING = { from: '1970-01-01', to: '2999-01-01' };

/** Makes trails for the tests of a file, and closes them after the last one. */
export function useTrails(databases: TestDatabases) {
  const trails: TrailDatabase[] = [];
  afterAll(async () => {
    await Promise.all(trails.map(trail => trail.close()));
  });
  return async () => {
    const trail = await createTrailDatabase(databases);
    trails.push(trail);
    return trail;
  };
}

/** The services on a trail, and what they have published. */
export function createServices(
  trail: TrailDatabase,
  options: { maxSegmentEntries?: number } = {},
) {
  const published: SignedStatement[] = [];
  const publishers = new Publishers();
  const place = { fail: false };
  publishers.addPublisher({
    id: 'test',
    publish: async statement => {
      if (place.fail) {
        throw new Error('no space left');
      }
      published.push(statement);
    },
  });
  const logger = mockServices.logger.mock();
  const knex = trail.portal;
  const config = {
    signer,
    maxSegmentEntries: options.maxSegmentEntries ?? 1000,
  };
  const past = PublishedPast.create({ ...config, knex, logger, publishers });
  const alarm = createAlarm({
    knex,
    logger,
    past,
    auditor: mockServices.auditor.mock(),
    notifications: { send: async () => undefined },
    administrators: [],
  });
  const reading = TrailService.create({ knex, publishers, config, past });
  const verify = async (
    period = EVERYTHING,
    heads = published,
    keptForDays?: number,
  ) => {
    const verifier = TrailVerifier.create({
      published: heads,
      keptForDays,
      keys: readPublicKeys(signer.publicKey),
    });
    for await (const line of reading.export(period)) {
      verifier.add(line);
    }
    return verifier.finish();
  };
  return {
    published,
    /** Where they are published: it can be made to fail. */
    publishers: place,
    logger,
    sign: (statement: Statement) => signStatement(statement, signer),
    reading,
    verify,
    sealing: SealingService.create({
      ...config,
      alarm,
      knex,
      publishers,
      logger,
    }),
  };
}
