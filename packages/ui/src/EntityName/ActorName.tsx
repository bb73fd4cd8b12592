import { EntityName } from './EntityName';

const PERSON = /^(?:user|group):[^/]+\/.+$/i;

/**
 * Who did something: a person by name, a service by its id.
 *
 * @public
 */
export function ActorName({ actor }: { actor: string }) {
  return PERSON.test(actor) ? <EntityName entityRef={actor} /> : <>{actor}</>;
}
