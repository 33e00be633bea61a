import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { requires } from './requires.js';

describe('requires', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'requires-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    vi.restoreAllMocks();
  });

  it('finds a command on the PATH', () => {
    writeFileSync(join(folder, 'tmux'), '', { mode: 0o755 });
    expect(requires('tmux', { PATH: folder, CI: 'true' })).toBe(true);
  });

  it('says aloud what is skipped', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    expect(requires('tmux', { PATH: folder })).toBe(false);
    expect(warn.mock.calls).toEqual([
      ['SKIPPED: tmux is missing: `bash scripts/system-deps.sh` installs it'],
    ]);
  });

  it('fails under CI', () => {
    expect(() => requires('tmux', { PATH: folder, CI: 'true' })).toThrow(
      'tmux is missing: `bash scripts/system-deps.sh` installs it',
    );
  });
});
