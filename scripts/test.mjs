// `npm test`: formatter, linter and types, then the tests. `npm test -- FILTER…` runs only the tests that Vitest finds
// by these arguments. The last line on stdout is the true count.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check, runPackage } from './check.mjs';
import { ensure } from './ensure.mjs';

const filters = process.argv.slice(2);

await ensure();
const failedChecks = filters.length > 0 ? [] : check();
const { exitCode, files } = runTests(filters);
const tests = files.flatMap((file) => file.assertionResults);
const withStatus = (...wanted) => tests.filter(({ status }) => wanted.includes(status));
const skipped = withStatus('pending', 'skipped', 'todo', 'disabled');
const passed = withStatus('passed').length;
// A file that couldn't be loaded has no tests to count: it is one that failed.
const unloaded = files.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
const failed = withStatus('failed').length + unloaded.length;

for (const { fullName } of skipped) console.log(`skipped: ${fullName}`);
if (tests.length === skipped.length) console.log('No test ran.');
const unchecked = failedChecks.length > 0 ? `; failed before the tests: ${failedChecks.join(', ')}` : '';
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped${unchecked}`);
process.exitCode = exitCode !== 0 || failedChecks.length > 0 || failed > 0 || passed === 0 ? 1 : 0;

function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'promptchain-test-'));
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  try {
    const exitCode = runPackage('vitest/vitest.mjs', 'run', ...reporters, ...args);
    return { exitCode, files: readReport(report) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).testResults;
  } catch (error) {
    console.error(`Vitest left no report: ${error.message}`);
    return [];
  }
}
