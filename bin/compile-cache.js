const { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } = require('node:fs');
const Module = require('node:module');
const { basename, dirname, join } = require('node:path');
const { Script } = require('node:vm');

/**
 * Keeps what V8 makes of the files of a folder for the next start, as `enableCompileCache` does on Node 22 and later.
 * The files must be named for their content, and none may `import()`. What another V8 has made is refused by V8.
 * @param cache the folder to keep it in; where it can't be written to, nothing is kept
 */
exports.keepCompiled = (folder, cache) => {
  const { _compile } = Module.prototype;
  const unknown = new Map();

  Module.prototype._compile = function (content, filename) {
    if (dirname(filename) !== folder) return _compile.call(this, content, filename);
    const kept = join(cache, basename(filename));
    const cachedData = read(kept);
    const script = new Script(Module.wrap(content), { filename, cachedData });
    if (cachedData === undefined || script.cachedDataRejected) unknown.set(kept, script);
    const require = (path) => this.require(path);
    return script.runInThisContext().call(this.exports, this.exports, require, this, filename, folder);
  };

  // By then V8 has compiled the functions that were called, too: those of a start that did what it was asked for.
  process.on('exit', (code) => {
    if (code !== 0 || unknown.size === 0) return;
    try {
      mkdirSync(cache, { recursive: true, mode: 0o755 });
      for (const [kept, script] of unknown) write(kept, script);
    } catch {}
  });
};

/** Twice, one behind the other: from what was damaged V8 would crash. */
function write(file, script) {
  const whole = `${file}.${process.pid}`;
  const handle = openSync(whole, 'w', 0o644);
  const data = script.createCachedData();
  writeSync(handle, data);
  writeSync(handle, data);
  closeSync(handle);
  renameSync(whole, file);
}

function read(file) {
  try {
    const twice = readFileSync(file);
    const data = twice.subarray(0, twice.length / 2);
    if (data.equals(twice.subarray(twice.length / 2))) return data;
  } catch {}
}
