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
    // Page by page it is taken away as well.
    expect: route === 'GET /state' ? expect : { ...expect, agent: 403 },
  })),
};
