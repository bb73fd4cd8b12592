import { OwnedDatabase, ReadContext } from '@slipway/plugin-databases-node';
import { readMarker } from '../marker';
import { readRecords } from '../records';
import { OperationContext } from './context';

const SUFFIX = '_platform';

/** @internal */
export async function listOwned(
  { server }: OperationContext,
  context?: ReadContext,
): Promise<OwnedDatabase[]> {
  return server.read(async session => {
    const { rows } = await session.query(
      `SELECT r.rolname, d.description
         FROM pg_shdescription d JOIN pg_roles r ON r.oid = d.objoid
        WHERE d.classoid = 'pg_authid'::regclass AND d.description LIKE '{"slipway"%'
          AND r.rolname LIKE '%\\_platform'
        ORDER BY r.rolname`,
    );
    const records = await readRecords(session);
    return rows.flatMap(row => {
      const marker = readMarker(row.description);
      const record = marker && records.get(marker.id);
      return marker?.kind === 'platform'
        ? [
            {
              id: marker.id,
              externalName: row.rolname.slice(0, -SUFFIX.length),
              // What an older version has written on the role is the newer.
              name: marker.name || (record?.name ?? ''),
              environment: marker.environment || (record?.environment ?? ''),
              owner: marker.owner || (record?.owner ?? ''),
              fence: BigInt(marker.fence),
            },
          ]
        : [];
    });
  }, context);
}
