/**
 * Something that the logins of one database did to others on the same server, and that was ended.
 * @public
 */
export interface DatabaseIncident {
  /** The database whose logins did it, by its name outside. */
  externalName: string;
  /** What was seen and what was done about it: a sentence for its owner. */
  message: string;
  /** It came again and again, so that only turning the logins off ends it. */
  isRepeated: boolean;
  /** The person's login that did it, by its id in the portal; the application did it when left out. */
  loginId?: string;
}
