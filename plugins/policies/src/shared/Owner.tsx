import { EntityLink } from '@slipway/ui';

/** Who owns something, as a link to them. */
export function Owner({ owner }: { owner: string | undefined }) {
  return owner ? <EntityLink entityRef={owner} /> : <>Nobody</>;
}
