/** What the supervisor tells the start script. */
export type SupervisorMessage =
  | { type: 'step'; id: number; title: string }
  | { type: 'step-end'; id: number; ok: boolean }
  | { type: 'note'; text: string }
  | { type: 'ready'; url: string; people: Person[]; password: string }
  | { type: 'failed'; message: string; wayOut?: string; log?: string };

/** What the start script tells the supervisor. */
export type StartMessage =
  { type: 'portal'; portal: PortalChoice; path: string[] } | { type: 'stop' };

/** Which portal to run: a built one from its folder, or the sources with hot reload. */
export type PortalChoice = { kind: 'built'; dir: string } | { kind: 'sources' };

/** A person as shown to whoever started the portal. */
export interface Person {
  name: string;
  displayName: string;
  /** What the person stands for: a team, or "not in the catalog". */
  note: string;
}
