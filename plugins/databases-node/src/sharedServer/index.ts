export * from './findUnserved';
export * from './phases';
export * from './readServers';
export * from './Turns';
