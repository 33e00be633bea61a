/** Calls `work` with each number below `count`, so many calls at a time. */
export async function atOnce(count, concurrency, work) {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
