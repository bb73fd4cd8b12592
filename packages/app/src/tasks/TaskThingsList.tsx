import { Link } from '@backstage/ui';
import type { TaskThing } from './TaskThingsApi';
import styles from './TaskThingsList.module.css';

const STATES: Record<TaskThing['state'], string> = {
  made: 'Made',
  intended: 'May exist',
  removed: 'Removed',
};

/** What a task made, with what has become of it. */
export function TaskThingsList(props: { things: TaskThing[] }) {
  return (
    <ul className={styles.list}>
      {props.things.map(thing => (
        <li key={thing.id} className={styles.thing}>
          {thing.url && isThere(thing) ? (
            <Link href={thing.url}>{thing.title}</Link>
          ) : (
            <span>{thing.title}</span>
          )}
          <span className={styles.state}>{stateOf(thing)}</span>
        </li>
      ))}
    </ul>
  );
}

/** A deleted database can be brought back from its page for a while. */
function isThere({ kind, state }: TaskThing): boolean {
  return state !== 'removed' || kind === 'database';
}

function stateOf({ kind, state }: TaskThing): string {
  return kind === 'database' && state === 'removed'
    ? 'Turned off, and deleted after its grace period'
    : STATES[state];
}
