import fc from 'fast-check';
import { Backoff } from './Backoff';

describe('Backoff', () => {
  it('doubles the upper bound up to the cap', () => {
    const backoff = new Backoff({
      baseMs: 100,
      maxMs: 1000,
      random: () => 0.999999,
    });
    const delays = Array.from({ length: 6 }, () => Math.round(backoff.next()));
    expect(delays).toEqual([100, 200, 400, 800, 1000, 1000]);
    backoff.reset();
    expect(Math.round(backoff.next())).toBe(100);
  });

  it('never waits less than asked for, nor for ever', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e12, noNaN: true }),
        fc.nat(100),
        (atLeastMs, tries) => {
          const backoff = new Backoff({ baseMs: 1, maxMs: 50 });
          for (let i = 0; i < tries; i++) {
            backoff.next();
          }
          const delay = backoff.next(atLeastMs);
          expect(delay).toBeGreaterThanOrEqual(Math.min(atLeastMs, 300_000));
          expect(delay).toBeLessThanOrEqual(300_050);
        },
      ),
    );
  });
});
