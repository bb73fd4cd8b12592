/** A reporter of Node's test runner: the numbers of each file, and last of all files together, a line of JSON each. */
export default async function* summaryReporter(source) {
  for await (const { type, data } of source) {
    if (type === 'test:summary') {
      yield `${JSON.stringify({ file: data.file, counts: data.counts })}\n`;
    }
  }
}
