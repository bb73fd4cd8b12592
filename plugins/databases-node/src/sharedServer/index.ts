export * from './findUnserved';
export * from './names';
export * from './phases';
export * from './readServers';
export * from './Steps';
export * from './Turns';
