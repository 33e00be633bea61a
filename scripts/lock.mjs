import { mkdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const HEARTBEAT_MS = 1_000;
const STALE_MS = 10_000;

/**
 * Runs `work` while holding the lock folder `path`; others wait. A holder shows that it lives by touching the
 * folder: one that was killed holds nobody up for longer than ten seconds.
 */
export async function withLock(path, work, { onWait = () => {} } = {}) {
  mkdirSync(dirname(path), { recursive: true });
  for (let waited = false; !tryLock(path); waited = true) {
    if (!waited) onWait();
    breakStale(path);
    await sleep(100);
  }
  const release = () => rmSync(path, { recursive: true, force: true });
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS);
  const stop = (signal) => {
    release();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await work();
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    clearInterval(heartbeat);
    release();
  }
}

function tryLock(path) {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function breakStale(path) {
  const seen = stat(path);
  if (!seen || Date.now() - seen.mtimeMs < STALE_MS) return;
  // Moved, not removed: of several that wait only one gets it, and can see whether it got what it saw.
  const aside = `${path}-stale-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (stat(aside)?.mtimeMs !== seen.mtimeMs) renameSync(aside, path);
  else rmSync(aside, { recursive: true, force: true });
}

function stat(path) {
  return statSync(path, { throwIfNoEntry: false });
}

function touch(path) {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // The folder is gone: whoever took it believed this process dead. The work itself is safe to do twice.
  }
}
