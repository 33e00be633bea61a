import { expect, test } from 'vitest';
import { ToolCallAssembler } from '../../src/models/tool-call-assembler.js';

const piece = (index: unknown, id: unknown, name: unknown, text: unknown) => ({
  index,
  id,
  function: { name, arguments: text },
});

test.each([
  [
    'one call in pieces',
    [[piece(0, 'a', 'add', '')], [piece(0, undefined, undefined, '{"x"')], [piece(0, null, null, ':1}')]],
    [{ id: 'a', name: 'add', arguments: '{"x":1}' }],
  ],
  [
    'two calls whose pieces alternate',
    [[piece(0, 'a', 'f', '1')], [piece(1, 'b', 'g', '2')], [piece(0, '', '', '3'), piece(1, '', '', '4')]],
    [
      { id: 'a', name: 'f', arguments: '13' },
      { id: 'b', name: 'g', arguments: '24' },
    ],
  ],
  [
    'two calls under one index',
    [[piece(0, 'a', 'f', '1')], [piece(0, 'b', 'g', '2')], [piece(0, undefined, undefined, '3')]],
    [
      { id: 'a', name: 'f', arguments: '1' },
      { id: 'b', name: 'g', arguments: '23' },
    ],
  ],
  [
    'id and name repeated with every piece',
    [[piece(0, 'a', 'f', '1')], [piece(0, 'a', 'f', '2')]],
    [{ id: 'a', name: 'f', arguments: '12' }],
  ],
  [
    'no index at all, as in one document',
    [[piece(undefined, 'a', 'f', '1'), piece(undefined, 'b', 'g', '2')]],
    [
      { id: 'a', name: 'f', arguments: '1' },
      { id: 'b', name: 'g', arguments: '2' },
    ],
  ],
  ['arguments cut short', [[piece(0, 'a', 'f', '{"x":')]], [{ id: 'a', name: 'f', arguments: '{"x":' }]],
  ['no arguments', [[piece(0, 'a', 'f', undefined)]], [{ id: 'a', name: 'f', arguments: '' }]],
  [
    'arguments as an object',
    [[piece(0, 'a', 'f', { x: 1 })]],
    [{ id: 'a', name: 'f', arguments: '{"x":1}' }],
  ],
  [
    'no id',
    [[piece(0, '', 'f', '1')], [piece(1, null, 'g', '2')]],
    [
      { id: 'call_0', name: 'f', arguments: '1' },
      { id: 'call_1', name: 'g', arguments: '2' },
    ],
  ],
  [
    'an id that comes late',
    [[piece(0, '', 'f', '1')], [piece(0, 'a', '', '2')]],
    [{ id: 'a', name: 'f', arguments: '12' }],
  ],
  ['nothing', [[null, { index: 0 }]], [{ id: 'call_0', name: '', arguments: '' }]],
])('%s', (_, batches, calls) => {
  const assembler = new ToolCallAssembler();
  for (const batch of batches) assembler.add(batch);
  expect(assembler.calls()).toEqual(calls);
});
