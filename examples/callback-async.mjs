// The same with work that takes time: another task goes on while the first one waits.
import { setTimeout as sleep } from 'node:timers/promises';

async function compute(x, y, callback) {
  console.log('Starting compute...');
  await sleep(500);
  callback(x + y);
  console.log('Finished compute...');
}

async function anotherTask() {
  console.log('Starting another task...');
  await sleep(1000);
  console.log('Finished another task...');
}

console.log('Main starts...');
await Promise.all([compute(3, 4, (value) => console.log(`The result is: ${value}`)), anotherTask()]);
console.log('Main ends...');
