import { periodStart } from './periodStart';

describe('the beginning of a period', () => {
  it('is midnight in the time zone, also over a change of the clock', () => {
    const now = Date.parse('2026-03-30T10:00:00Z');
    expect(periodStart(1, 'Europe/Berlin', now)).toBe(
      '2026-03-29T22:00:00.000Z',
    );
    // On 29 March the clock went forward.
    expect(periodStart(3, 'Europe/Berlin', now)).toBe(
      '2026-03-27T23:00:00.000Z',
    );
    expect(periodStart(2, 'America/Los_Angeles', now)).toBe(
      '2026-03-29T07:00:00.000Z',
    );
  });
});
