// `npm start -- ARGUMENTS`: brings the build up to date, then is `chain ARGUMENTS`, in this very process, so that
// arguments, signals, the terminal and the exit code are the command's own.
import { ensure } from './ensure.mjs';

await ensure();
await import('../bin/chain.js');
