import type { Page } from 'playwright-core';

/** A page of the portal and how to see that it has come up. */
export interface PortalPage {
  name: string;
  path: string;
  /** Shown when the page has what it is there for. */
  landmark: (page: Page) => ReturnType<Page['locator']>;
}

const heading = (text: string | RegExp) => (page: Page) =>
  page.getByRole('heading', { name: text }).first();
const text = (words: string | RegExp) => (page: Page) =>
  page.locator('#content').getByText(words).first();

/**
 * Every page that Slipway shows, by an example.
 *
 * @param made - what the portal holds: a database and the service and task it belongs to, and a task that failed
 */
export function everyPage(made: {
  service: string;
  database: string;
  task: string;
  failedTask: string;
}): PortalPage[] {
  const entity = '/catalog/default/component/checkout';
  return [
    { name: 'home', path: '/', landmark: heading('Needs you') },
    { name: 'catalog', path: '/catalog', landmark: text('Checkout') },
    { name: 'entity', path: entity, landmark: heading('Relations') },
    {
      name: 'entity-docs',
      path: `${entity}/docs`,
      landmark: heading(/Checkout/),
    },
    { name: 'entity-api', path: `${entity}/apis`, landmark: text(/API/) },
    {
      name: 'entity-databases',
      path: `/catalog/default/component/${made.service}/databases`,
      landmark: text(made.database),
    },
    {
      name: 'entity-error',
      path: '/catalog/default/component/no-such-thing',
      landmark: text(/not found|could not be found|no entity/i),
    },
    {
      name: 'openapi',
      path: '/catalog/default/api/search-api/definition',
      landmark: text('/products'),
    },
    {
      name: 'asyncapi',
      path: '/catalog/default/api/product-events/definition',
      landmark: text(/Operations|Messages/),
    },
    {
      name: 'user',
      path: '/catalog/default/user/sam.okafor',
      landmark: heading(/Sam/),
    },
    {
      name: 'group',
      path: '/catalog/default/group/team-orders',
      landmark: heading(/Orders/),
    },
    {
      name: 'system',
      path: '/catalog/default/system/ordering',
      landmark: heading(/Ordering/),
    },
    {
      name: 'graph',
      path: '/catalog-graph?rootEntityRefs[]=component:default/checkout',
      landmark: text(/checkout/i),
    },
    {
      name: 'register',
      path: '/catalog-import',
      landmark: heading(/Register/),
    },
    {
      name: 'apis',
      path: '/api-docs',
      landmark: text(/Search API|search-api/i),
    },
    {
      name: 'approvals',
      path: '/approvals',
      landmark: text(/Nothing waits for your decision/),
    },
    {
      name: 'approval-error',
      path: '/approvals/00000000-0000-4000-8000-000000000000',
      landmark: text(/could not be loaded/),
    },
    {
      name: 'deputies',
      path: '/approvals/deputies',
      landmark: heading('Name a deputy'),
    },
    {
      name: 'compliance',
      path: '/compliance',
      landmark: heading('By policy'),
    },
    {
      name: 'compliance-nothing-found',
      path: '/compliance?search=no-such-thing',
      landmark: text('No violation matches these filters'),
    },
    {
      name: 'violation-error',
      path: '/compliance/violations/00000000-0000-4000-8000-000000000000',
      landmark: text(/could not be loaded/),
    },
    {
      name: 'policies',
      path: '/compliance/policies',
      landmark: text('Backups in production'),
    },
    {
      name: 'policy',
      path: '/compliance/policies/cost-limit',
      landmark: heading('What is in force'),
    },
    {
      name: 'waivers',
      path: '/compliance/waivers?view=over',
      landmark: heading('Waivers'),
    },
    {
      name: 'waiver-error',
      path: '/compliance/waivers/00000000-0000-4000-8000-000000000000',
      landmark: text(/could not be loaded/),
    },
    { name: 'databases', path: '/databases', landmark: text(made.database) },
    {
      name: 'database-costs',
      path: '/databases/cost',
      landmark: heading('Nobody uses'),
    },
    {
      name: 'order',
      path: '/databases/new',
      landmark: text('What the data is for'),
    },
    {
      name: 'database',
      path: `/databases/development/${made.database}`,
      landmark: text('Ready'),
    },
    { name: 'create', path: '/create', landmark: text('TypeScript service') },
    {
      name: 'golden-path',
      path: '/create/templates/default/typescript-service',
      landmark: text('What it does'),
    },
    {
      name: 'tasks',
      path: '/create/tasks',
      landmark: text('TypeScript service'),
    },
    {
      name: 'task',
      path: `/create/tasks/${made.task}`,
      landmark: text('Check everything'),
    },
    {
      name: 'failed-task',
      path: `/create/tasks/${made.failedTask}`,
      landmark: heading('This task stopped before it was done'),
    },
    {
      name: 'actions',
      path: '/create/actions',
      landmark: text('platform:database:create'),
    },
    { name: 'docs', path: '/docs', landmark: text('Checkout') },
    {
      name: 'docs-page',
      path: '/docs/default/component/checkout',
      landmark: heading(/Checkout/),
    },
    {
      // With links within sentences and a table that is wider than the page.
      name: 'docs-page-of-golden-path',
      path: `/docs/default/component/${made.service}`,
      landmark: heading('Settings'),
    },
    {
      // With code in several colours.
      name: 'own-docs-page',
      path: '/docs/default/system/slipway/databases/',
      landmark: heading('Order'),
    },
    {
      name: 'search',
      path: '/search?query=checkout',
      landmark: text(/Checkout/),
    },
    {
      name: 'notifications',
      path: '/notifications',
      landmark: heading('Notifications'),
    },
    { name: 'settings', path: '/settings', landmark: text('Theme') },
    {
      name: 'accounts',
      path: '/settings/auth-providers',
      landmark: text(/git host|Gitea/i),
    },
    { name: 'not-found', path: '/no-such-page', landmark: heading(/./) },
  ];
}
