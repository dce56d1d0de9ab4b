import { relativeTime } from './relativeTime';

const NOW = Date.parse('2026-11-21T22:30:00.000Z');

it.each([
  ['2026-11-21T22:30:05.000Z', 'just now'],
  ['2026-11-21T22:28:10.000Z', '1 minute ago'],
  // Not `yesterday` and not `next week`: neither is true.
  ['2026-11-19T23:00:00.000Z', '1 day ago'],
  ['2026-12-01T00:00:00.000Z', 'in 9 days'],
  ['2026-11-28T22:29:00.000Z', 'in 7 days'],
])('tells %s as %s', (instant, words) => {
  expect(relativeTime(instant, NOW)).toBe(words);
});
