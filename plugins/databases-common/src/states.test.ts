import {
  attentionDatabaseStates,
  canDo,
  canTransition,
  databaseStates,
  databaseTransitions,
  DatabaseState,
  workingDatabaseStates,
} from './states';

function reachableFrom(start: DatabaseState): Set<DatabaseState> {
  const seen = new Set<DatabaseState>([start]);
  const queue = [start];
  for (let state = queue.pop(); state; state = queue.pop()) {
    for (const next of databaseTransitions[state]) {
      if (!seen.has(next)) {
        seen.add(next);
        queue.push(next);
      }
    }
  }
  return seen;
}

describe('databaseTransitions', () => {
  it('reaches every state from a request', () => {
    expect([...reachableFrom('requested')].sort()).toEqual(
      [...databaseStates].sort(),
    );
  });

  it.each(databaseStates.filter(state => state !== 'deleted'))(
    'has a way from %s to deleted',
    state => {
      expect(reachableFrom(state)).toContain('deleted');
    },
  );

  it('never becomes ready without having been verified or resumed', () => {
    const before = databaseStates.filter(from => canTransition(from, 'ready'));
    expect(before).toEqual([
      'verifying',
      'updating',
      'rotating',
      'restoring',
      'suspended',
      // A rotation that was given up; the login in use was verified before it.
      'uncertain',
    ]);
  });

  it('purges only what is suspended, uncertain or orphaned', () => {
    const before = databaseStates.filter(from =>
      canTransition(from, 'purging'),
    );
    expect(before).toEqual(['suspended', 'uncertain', 'orphaned']);
  });

  it('ends in deleted', () => {
    expect(databaseTransitions.deleted).toEqual([]);
  });

  it('keeps working and attention apart', () => {
    expect(
      workingDatabaseStates.filter(s => attentionDatabaseStates.includes(s)),
    ).toEqual([]);
  });
});

describe('canDo', () => {
  it('lets one connect only to what is ready', () => {
    expect(databaseStates.filter(s => canDo('connect', s))).toEqual(['ready']);
  });

  it('offers nothing on what is deleted', () => {
    expect(canDo('delete', 'deleted')).toBe(false);
    expect(canDo('retry', 'deleted')).toBe(false);
  });
});
