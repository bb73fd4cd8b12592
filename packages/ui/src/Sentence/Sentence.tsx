import { Fragment } from 'react';
import { EntityName } from '../EntityName/EntityName';

/** People and groups by their ref, and times as computers write them. */
const RAW =
  /((?:user|group):[\w-]+\/[\w.-]*\w|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/**
 * What a service wrote down, with names and times as people write them.
 *
 * @public
 */
export function Sentence({ text }: { text: string }) {
  return (
    <>
      {text.split(RAW).map((part, index) => (
        // Every second part is one that was found; a sentence does not change.
        <Fragment key={`${index}:${part}`}>
          {index % 2 === 1 ? <Readable raw={part} /> : part}
        </Fragment>
      ))}
    </>
  );
}

function Readable({ raw }: { raw: string }) {
  return raw.endsWith('Z') && /^\d/.test(raw) ? (
    <time dateTime={raw}>{`${raw.slice(0, 16).replace('T', ' ')} UTC`}</time>
  ) : (
    <EntityName entityRef={raw} />
  );
}
