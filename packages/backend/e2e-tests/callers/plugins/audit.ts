import { forPeople, type PluginCases } from '../cases.ts';

const expect = forPeople({
  stranger: 403,
  owner: 403,
  administrator: 200,
  agent: 200,
});

export const audit: PluginCases = {
  service: 'databases',
  cases: ['GET /events', 'GET /state', 'GET /export'].map(route => ({
    route,
    agentFor: 'administrator',
    // To look is not to take it all away.
    expect: route === 'GET /export' ? { ...expect, agent: 403 } : expect,
  })),
};
