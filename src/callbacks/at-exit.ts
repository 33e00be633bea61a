const tasks = new Set<() => void>();

/**
 * Has something done when the process ends by itself or by `process.exit`, as a handler may call it. It may not take
 * time. One listener does for all.
 * @returns takes that back
 */
export function atExit(task: () => void): () => void {
  if (tasks.size === 0) process.on('exit', perform);
  tasks.add(task);
  return () => {
    if (tasks.delete(task) && tasks.size === 0) process.off('exit', perform);
  };
}

function perform(): void {
  for (const task of tasks) task();
}
