/** The way back, of every page below the list of databases. */
export const DATABASES = [{ label: 'Databases', href: '/databases' }];
