import { createWriteStream } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import summaryReporter from './summaryReporter.mjs';

// What `node --test` does, which begins with files in the order of their names: here it is the order in which they are given. What
// takes long can come first.

const [concurrency, summaries, ...files] = process.argv.slice(2);
const events = run({ files, concurrency: Number(concurrency) });
events.on('test:fail', ({ todo }) => {
  if (todo === undefined || todo === false) {
    process.exitCode = 1;
  }
});
events.compose(spec).pipe(process.stdout);
events.compose(summaryReporter).pipe(createWriteStream(summaries));
