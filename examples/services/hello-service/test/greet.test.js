import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greet, languagesOf } from '../src/greet.js';

test('greets in English unless told otherwise', () => {
  assert.equal(greet(), 'Hello, world!');
  assert.equal(greet('Ada', ['xx']), 'Hello, Ada!');
});

test('greets in the first language that it knows', () => {
  assert.equal(greet('Ada', ['xx', 'fr', 'de']), 'Bonjour, Ada!');
  assert.equal(greet('Ada', ['constructor']), 'Hello, Ada!');
});

test('reads what languages are wanted, and how much', () => {
  assert.deepEqual(languagesOf('de-CH;q=0.5, fr, en;q=0'), ['fr', 'de']);
  assert.deepEqual(languagesOf(), []);
});
