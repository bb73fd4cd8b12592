/** The tabs of the pages about all databases. */
export const DATABASES_TABS = [
  { id: 'list', label: 'All databases', href: '/databases' },
  { id: 'cost', label: 'Cost', href: '/databases/cost' },
];
