// Runs as it is on Node, see scripts/audit.mjs.
import { runAudit } from './runAudit.ts';

runAudit(process.argv.slice(2), {
  env: process.env,
  say: line => process.stdout.write(`${line}\n`),
}).then(code => {
  process.exitCode = code;
});
