import fc from 'fast-check';
import { forecastSpend } from './forecastSpend';
import { seededRandom } from './seededRandom';

const DAY_MS = 86_400_000;
const TODAY = Date.parse('2026-03-02T00:00:00Z');

function daysAhead(count: number): Date[] {
  return Array.from(
    { length: count + 1 },
    (_, day) => new Date(TODAY + day * DAY_MS),
  );
}

describe('forecasts of spending', () => {
  it('say the day on which a steady budget runs out', () => {
    const forecast = forecastSpend({
      daily: Array<number>(30).fill(1000),
      now: new Date(TODAY + DAY_MS / 2),
      days: daysAhead(20),
      usedMicros: 500,
      limitMicros: 10_000,
      seed: 'steady',
    })!;
    expect(forecast).toMatchObject({ dailyMicros: 1000, byWeekday: true });
    // 500 on what is left of today, then nine days.
    expect(forecast.runsOut!.probability).toBe(1);
    expect(forecast.runsOut!.expectedAt).toEqual(new Date(TODAY + 10 * DAY_MS));
    expect(forecast.atEnd.expectedMicros).toBe(20_000);
  });

  it('know that nothing is spent at weekends', () => {
    const daily = Array.from({ length: 42 }, (_, index) => {
      const weekday = (((index - 42) % 7) + 7) % 7;
      return weekday === 5 || weekday === 6 ? 0 : 1000;
    });
    const forecast = forecastSpend({
      daily,
      now: new Date(TODAY),
      days: daysAhead(7),
      usedMicros: 0,
      limitMicros: 5100,
      seed: 'weekends',
    })!;
    expect(forecast.byWeekday).toBe(true);
    const { highMicros } = forecast.atEnd.usual;
    // Five working days, each a little below what they were: nothing is known for certain.
    expect(forecast.atEnd.expectedMicros).toBeGreaterThan(4500);
    expect(highMicros).toBeLessThan(6000);
  });

  it('say nothing after too few days', () => {
    expect(
      forecastSpend({
        daily: [1, 2, 3, 4, 5, 6],
        now: new Date(TODAY),
        days: daysAhead(5),
        usedMicros: 0,
        seed: 'few',
      }),
    ).toBeUndefined();
  });

  it('are hardly moved by one day that was an exception', () => {
    const daily = Array.from({ length: 21 }, (_, day) => 1000 + (day % 5) * 10);
    const forecast = (days: number[]) =>
      forecastSpend({
        daily: days,
        now: new Date(TODAY),
        days: daysAhead(10),
        usedMicros: 0,
        seed: 'spike',
      })!.atEnd.expectedMicros;
    const usual = forecast(daily);
    expect(
      Math.abs(forecast(daily.with(7, 500_000)) - usual) / usual,
    ).toBeLessThan(0.05);
  });

  it('hold as often as they say', () => {
    const random = seededRandom('coverage');
    const day = () => Math.round(1000 * Math.exp(1.2 * (random() - 0.5)));
    const tries = 120;
    const inside = [0, 0];
    for (let i = 0; i < tries; i++) {
      const forecast = forecastSpend({
        daily: Array.from({ length: 21 }, day),
        now: new Date(TODAY),
        days: daysAhead(10),
        usedMicros: 0,
        seed: String(i),
      })!;
      const actual = Array.from({ length: 10 }, day).reduce((a, b) => a + b);
      const { usual, wide } = forecast.atEnd;
      [usual, wide].forEach(({ lowMicros, highMicros }, level) => {
        inside[level] += lowMicros <= actual && actual <= highMicros ? 1 : 0;
      });
    }
    expect(inside[0] / tries).toBeGreaterThan(0.65);
    expect(inside[0] / tries).toBeLessThan(0.92);
    expect(inside[1] / tries).toBeGreaterThan(0.83);
  });

  it('never contradict themselves, whatever was spent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1000, max: 1e12 }), {
          minLength: 7,
          maxLength: 56,
        }),
        fc.integer({ min: 0, max: 1e13 }),
        fc.integer({ min: 0, max: 1e13 }),
        fc.integer({ min: 0, max: DAY_MS - 1 }),
        (daily, usedMicros, limitMicros, sinceMidnight) => {
          const now = new Date(TODAY + sinceMidnight);
          const days = daysAhead(14);
          const forecast = forecastSpend({
            daily,
            now,
            days,
            usedMicros,
            limitMicros,
            seed: 'any',
          })!;
          const { runsOut, atEnd } = forecast;
          const { usual, wide } = atEnd;
          expect(usual.lowMicros).toBeLessThanOrEqual(usual.highMicros);
          expect(wide.lowMicros).toBeLessThanOrEqual(usual.lowMicros);
          expect(wide.highMicros).toBeGreaterThanOrEqual(usual.highMicros);
          const isUsedUp = usedMicros >= limitMicros;
          expect(!isUsedUp || runsOut!.probability === 1).toBe(true);
          expect(!isUsedUp || runsOut!.expectedAt! <= now).toBe(true);
          for (const { earliestAt, latestAt } of [
            runsOut!.usual,
            runsOut!.wide,
          ]) {
            for (const at of [earliestAt, latestAt]) {
              expect(!at || (at >= now && at <= days.at(-1)!)).toBe(true);
            }
            expect(!earliestAt || !latestAt || earliestAt <= latestAt).toBe(
              true,
            );
          }
          expect(runsOut!.expectedAt !== undefined).toBe(
            runsOut!.probability >= 0.5,
          );
        },
      ),
      { numRuns: 30 },
    );
  });
});
