// Loaded into a program: leaves in a file how much memory it had at most, in kilobytes.
const { writeFileSync } = require('node:fs');

const { BENCH_PEAK } = process.env;
process.on('exit', () => writeFileSync(BENCH_PEAK, String(process.resourceUsage().maxRSS)));
