import { afterAll, afterEach } from 'vitest';
import { endFile, endTest } from './teardown.js';

afterEach(endTest);
afterAll(endFile);
