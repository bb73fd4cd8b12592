import { EntityLink, RelativeTime, Sentence } from '@slipway/ui';

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const ENTITY = /^[a-z]+:[\w.-]+\/[\w.-]+$/;

/** What a plugin tells those who decide: names for refs and how long until for times, where it is one. */
export function FactValue({ value }: { value: string }) {
  if (MOMENT.test(value)) {
    return <RelativeTime at={value} />;
  }
  return ENTITY.test(value) ? (
    <EntityLink entityRef={value} />
  ) : (
    <Sentence text={value} />
  );
}
