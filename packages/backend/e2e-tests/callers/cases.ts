import type { Sent, World } from './World.ts';

/** Whose answer differs from route to route. */
export const varyingCallers = [
  // People with a session of their own.
  'stranger',
  'owner',
  'administrator',
  'leaver',
  // What acts on somebody's behalf, the owner's unless a case says otherwise: another plugin, as MCP's and the scaffolder do,
  'agent',
  // and a program that signed in for them. Both get the same.
  'client',
  // Plugins with credentials of their own: one without any business here, and one that has it.
  'bystander',
  'service',
  // Somebody outside, with a token for this plugin and a permission that nothing here asks for.
  'narrow',
] as const;

/** Who has no business anywhere, with the one answer that each gets. */
export const refusedCallers = {
  nobody: 401,
  /** What is no token at all. */
  garbage: 401,
  /** A token that somebody else has signed. */
  forged: 401,
  /** A token of the owner's that was good until a minute ago. */
  expired: 401,
  /** All cookies that a browser of the owner's has, and no token: what another site can make it send. */
  cookie: 401,
  /** The cookie's content as a token. */
  limited: 401,
  /** A token of somebody outside for another plugin. */
  elsewhere: 403,
} as const;

export type VaryingCaller = (typeof varyingCallers)[number];
export type Expectations = Record<Exclude<VaryingCaller, 'client'>, Expected>;
export type Caller = VaryingCaller | keyof typeof refusedCallers;

/** A status, or those that all mean that it was not refused. */
export type Expected = number | number[];

/** A request to a route of ours, and what each caller gets. */
export interface Case {
  /** As the contract has it, for example `GET /databases/{id}`. */
  route: string;
  /** What it is about, when a route has several. */
  about?: string;
  /** On whose behalf the agent speaks; the owner's when left out. */
  agentFor?: 'owner' | 'administrator';
  /** Whose right depends on what is sent, so that they are told what is wrong with it. */
  byContent?: VaryingCaller[];
  /** What is sent beside the method; the address is the route's when left out. */
  send?(world: World, caller: Caller): Partial<Sent>;
  expect: Expectations;
}

/** The routes of one plugin. */
export interface PluginCases {
  /** The plugin whose credentials have business here. */
  service: string;
  /** Makes what the routes are about. */
  prepare?(world: World): Promise<void>;
  cases: Case[];
}

type People = Record<'stranger' | 'owner' | 'administrator', Expected> &
  Partial<Expectations>;

/** For people only. An agent gets what the owner gets, and so does who left, which is right where everyone reads. */
export function forPeople(people: People): Expectations {
  return {
    leaver: people.owner,
    agent: people.owner,
    bystander: 403,
    service: 403,
    narrow: 403,
    ...people,
  };
}

/** For services only. */
export function forServices(
  services: Record<'bystander' | 'service', Expected>,
): Expectations {
  return {
    stranger: 403,
    owner: 403,
    administrator: 403,
    leaver: 403,
    agent: 403,
    narrow: 403,
    ...services,
  };
}

/** For whoever is known. */
export function forAll(
  status: Expected,
  others: Partial<Expectations> = {},
): Expectations {
  return {
    stranger: status,
    owner: status,
    administrator: status,
    leaver: status,
    agent: status,
    bystander: status,
    service: status,
    narrow: 403,
    ...others,
  };
}
