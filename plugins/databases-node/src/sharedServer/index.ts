export * from './phases';
export * from './Turns';
