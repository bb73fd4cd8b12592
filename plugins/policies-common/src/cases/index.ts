export * from './policyCases';
export * from './runCases';
