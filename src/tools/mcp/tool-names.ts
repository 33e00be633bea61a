/**
 * Names by which models call the tools of servers: `server__tool`, with `_` for what they can't have in them, and cut
 * where they would be too long. No two are the same.
 */
export function toolNames(tools: readonly { readonly server: string; readonly tool: string }[]): string[] {
  const taken = new Set<string>();
  return tools.map(({ server, tool }) => {
    const whole = `${server}__${tool}`.replace(/[^\w-]/g, '_');
    for (let count = 1; ; count++) {
      const end = count === 1 ? '' : `_${count}`;
      const name = whole.slice(0, LONGEST - end.length) + end;
      if (taken.has(name)) continue;
      taken.add(name);
      return name;
    }
  });
}

const LONGEST = 64;
