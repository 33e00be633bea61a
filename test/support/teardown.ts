type Task = () => unknown;

const ofTest: Task[] = [];
const ofFile: Task[] = [];

/** To be done when the test that runs is over, the last one first. Test files may share this module: no hooks here. */
export function afterTest(task: Task): void {
  ofTest.push(task);
}

/** To be done when all tests of the file are over. */
export function afterFile(task: Task): void {
  ofFile.push(task);
}

export const endTest = (): Promise<void> => perform(ofTest);
export const endFile = (): Promise<void> => perform(ofFile);

async function perform(tasks: Task[]): Promise<void> {
  for (const task of tasks.splice(0).reverse()) await task();
}
