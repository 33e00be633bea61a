import { describe, expect, it } from 'vitest';
import { didYouMean, nearestName } from '../src/nearest-name.js';

describe('nearestName', () => {
  const KEYS = ['model', 'temperature', 'top_p', 'max_tokens', 'stop', 'seed', 'inputs', '数量'];
  it.each([
    ['temprature', 'temperature'],
    ['Temperature', 'temperature'],
    ['topP', 'top_p'],
    ['top-p', 'top_p'],
    ['maxTokens', 'max_tokens'],
    ['max tokens', 'max_tokens'],
    ['modle', 'model'],
    ['modl', 'model'],
    ['models', 'model'],
    ['input', 'inputs'],
    ['sed', 'seed'],
    ['steps', 'stop'],
    ['sede', 'seed'],
    ['数', '数量'],
    ['tools', undefined],
    ['x', undefined],
    ['', undefined],
    ['frequency_penalty', undefined],
  ])('%j is near %j', (name, nearest) => {
    expect(nearestName(name, KEYS)).toBe(nearest);
  });

  it('takes the nearest, and the first of equals', () => {
    expect(nearestName('abcdef', ['abcdxy', 'abcdex', 'abcdey'])).toBe('abcdex');
  });

  it('does not take a name for another of one letter', () => {
    expect(nearestName('a', ['b'])).toBeUndefined();
  });
});

describe('didYouMean', () => {
  it.each([
    ['nubmers', ' (did you mean "numbers"?)'],
    ['other', ''],
  ])('%j: %j', (name, text) => {
    expect(didYouMean(name, ['numbers'])).toBe(text);
  });
});
