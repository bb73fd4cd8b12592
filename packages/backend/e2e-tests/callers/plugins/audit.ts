import { forPeople, type PluginCases } from '../cases.ts';

// Who left was an administrator, and is one to the portal until the token ends.
const expect = forPeople({
  stranger: 403,
  owner: 403,
  administrator: 200,
  leaver: 200,
  agent: 200,
});

export const audit: PluginCases = {
  service: 'databases',
  cases: ['GET /events', 'GET /state', 'GET /export'].map(route => ({
    route,
    agentFor: 'administrator',
    expect,
  })),
};
