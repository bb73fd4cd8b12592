import { forPeople, type Case, type PluginCases } from '../cases.ts';

const expect = forPeople({
  stranger: 403,
  owner: 403,
  administrator: 200,
  agent: 200,
});

const forAdministrators = (route: string, path?: string): Case => ({
  route,
  agentFor: 'administrator',
  send: path ? () => ({ path }) : undefined,
  expect,
});

export const access: PluginCases = {
  service: 'databases',
  cases: [
    {
      route: 'GET /me',
      expect: forPeople({ stranger: 200, owner: 200, administrator: 200 }),
    },
    forAdministrators(
      'GET /people/{kind}/{namespace}/{name}',
      '/people/user/default/sam',
    ),
    forAdministrators('GET /permissions'),
    forAdministrators(
      'GET /permissions/{permission}',
      '/permissions/audit.event.read',
    ),
    forAdministrators('GET /roles'),
    forAdministrators('GET /handover', '/handover?subject=user:default/sam'),
    forAdministrators('GET /orphans'),
  ],
};
