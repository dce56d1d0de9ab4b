import fc from 'fast-check';
import { RateWindow } from './RateWindow';

interface Way {
  /** How long a message takes to arrive, and its answer to come back. */
  there: number;
  back: number;
}

/** When messages begin and arrive that are sent as early as a window lets them. */
function sendAll(limit: { count: number; ms: number }, ways: Way[]) {
  const window = new RateWindow(limit);
  const begun: number[] = [];
  const arrived: number[] = [];
  let running: number[] = [];
  let now = 0;
  const endUntil = (time: number) => {
    for (const end of running.filter(t => t <= time).sort((a, b) => a - b)) {
      window.end(end);
    }
    running = running.filter(t => t > time);
  };
  for (const { there, back } of ways) {
    for (;;) {
      endUntil(now);
      const wait = window.waitMs(now);
      if (wait <= 0) {
        break;
      }
      now = Math.min(now + wait, ...running);
    }
    window.begin();
    begun.push(now);
    arrived.push(now + there);
    running.push(now + there + back);
  }
  endUntil(Infinity);
  return { begun, arrived: arrived.sort((a, b) => a - b) };
}

const limits = fc.record({
  count: fc.integer({ min: 1, max: 30 }),
  ms: fc.integer({ min: 1, max: 60_000 }),
});

describe('RateWindow', () => {
  it('never lets more arrive in any window than the limit, however long the way is', () => {
    fc.assert(
      fc.property(
        limits,
        fc.array(
          fc.record({
            there: fc.integer({ min: 0, max: 20_000 }),
            back: fc.integer({ min: 0, max: 20_000 }),
          }),
          { maxLength: 100 },
        ),
        (limit, ways) => {
          const { arrived } = sendAll(limit, ways);
          for (const [index, time] of arrived.slice(limit.count).entries()) {
            expect(time - arrived[index]).toBeGreaterThanOrEqual(limit.ms);
          }
        },
      ),
    );
  });

  it('uses the whole limit', () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 100 }), (limit, count) => {
        const { begun } = sendAll(
          limit,
          Array.from({ length: count }, () => ({ there: 0, back: 0 })),
        );
        expect(begun).toEqual(
          begun.map((_, index) => Math.floor(index / limit.count) * limit.ms),
        );
      }),
    );
  });
});
