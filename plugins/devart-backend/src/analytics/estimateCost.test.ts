import { ESTIMATE_LEVELS } from '@devart/plugin-devart-common';
import fc from 'fast-check';
import { adviseModel, type ModelSample } from './adviseModel';
import { estimateCost, type CostSamples } from './estimateCost';
import { seededRandom } from './seededRandom';
import { studentQuantile } from './studentQuantile';

const TRIES = 600;

/** Costs whose logs are normal. */
function costs(random: () => number, mean: number, deviation: number) {
  const normal = () =>
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return (count: number) =>
    Array.from({ length: count }, () =>
      Math.max(1, Math.round(Math.exp(mean + deviation * normal()))),
    );
}

/** How often the next cost was in each interval, over many tries. */
function coverage(
  tries: number,
  draw: () => { groups: CostSamples[]; next: number },
): number[] {
  const inside = ESTIMATE_LEVELS.map(() => 0);
  for (let i = 0; i < tries; i++) {
    const { groups, next } = draw();
    estimateCost(groups)!.intervals.forEach(
      ({ lowMicros, highMicros }, level) => {
        inside[level] += lowMicros <= next && next <= highMicros ? 1 : 0;
      },
    );
  }
  return inside.map(count => count / tries);
}

describe('estimates of costs', () => {
  it('hold as often as they say, with many tasks and with few', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.string(),
          deviation: fc.double({ min: 0.1, max: 1.5, noNaN: true }),
          samples: fc.integer({ min: 10, max: 250 }),
        }),
        ({ seed, deviation, samples }) => {
          const draw = costs(seededRandom(seed), 11, deviation);
          const observed = coverage(TRIES, () => {
            const [next, ...micros] = draw(samples + 1);
            return { groups: [{ group: 'all', micros }], next };
          });
          ESTIMATE_LEVELS.forEach((level, index) => {
            // Four standard errors of the observation; rounding to whole ranks keeps more than asked.
            const error = 4 * Math.sqrt((level * (1 - level)) / TRIES);
            expect(observed[index]).toBeGreaterThan(level - error - 0.01);
            expect(observed[index]).toBeLessThan(level + error + 0.03);
          });
        },
      ),
      { numRuns: 8 },
    );
  });

  it('lean on broader groups as far as a narrow one is short of tasks', () => {
    const random = seededRandom('leaning');
    const all = costs(random, 11, 1)(500);
    const ofType = costs(random, 13, 0.3);
    let before = Infinity;
    for (const count of [0, 1, 5, 20, 80]) {
      const micros = ofType(count);
      const estimate = estimateCost([
        { group: 'all', micros: all },
        { group: 'type', micros },
      ])!;
      const distance = Math.abs(Math.log(estimate.medianMicros) - 13);
      expect(distance).toBeLessThan(before + 0.05);
      before = distance;
      expect(estimate.group).toBe(count >= 5 ? 'type' : 'all');
      expect(estimate.samples).toBe(count >= 5 ? count : all.length);
    }
    expect(before).toBeLessThan(0.25);
  });

  it('are the costs of a group itself once it has enough tasks, whatever their distribution', () => {
    const random = seededRandom('two kinds of task');
    const cheap = costs(random, 8, 0.1);
    const dear = costs(random, 13, 0.1);
    const draw = () => (random() < 0.5 ? cheap(1) : dear(1))[0];
    const observed = coverage(TRIES, () => ({
      groups: [
        { group: 'all', micros: [] },
        { group: 'type', micros: Array.from({ length: 150 }, draw) },
      ].map((group, _, [, type]) => ({
        ...group,
        micros: type.micros,
      })) as CostSamples[],
      next: draw(),
    }));
    ESTIMATE_LEVELS.forEach((level, index) => {
      expect(observed[index]).toBeGreaterThan(level - 0.08);
      expect(observed[index]).toBeLessThan(level + 0.09);
    });
  });

  it('say nothing of too few tasks, and never anything that is no amount', () => {
    expect(estimateCost([{ group: 'all', micros: [1, 2, 3] }])).toBeUndefined();
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1e15 }), {
          minLength: 10,
          maxLength: 200,
        }),
        fc.array(fc.integer({ min: 1, max: 1e15 }), { maxLength: 20 }),
        (all, ofType) => {
          const { expectedMicros, medianMicros, intervals } = estimateCost([
            { group: 'all', micros: [...all, ...ofType] },
            { group: 'type', micros: ofType },
          ])!;
          expect(Number.isSafeInteger(expectedMicros)).toBe(true);
          expect(Number.isSafeInteger(medianMicros)).toBe(true);
          let [low, high] = [medianMicros, medianMicros];
          for (const { lowMicros, highMicros } of intervals) {
            expect(lowMicros).toBeLessThanOrEqual(low);
            expect(highMicros).toBeGreaterThanOrEqual(high);
            [low, high] = [lowMicros, highMicros];
          }
          expect(Number.isSafeInteger(low) && low >= 0).toBe(true);
          expect(Number.isSafeInteger(high)).toBe(true);
        },
      ),
    );
  });

  it.each([
    // Tables of Student's distribution: 97.5 % and 75 %.
    [1.95996398454, 9, 2.262157],
    [1.95996398454, 30, 2.042272],
    [0.674489750196, 9, 0.702722],
    [1.281551565545, 15, 1.340606],
  ])('use quantiles of Student’s distribution: %d, %d', (z, degrees, t) => {
    expect(studentQuantile(z, degrees)).toBeCloseTo(t, 3);
  });
});

describe('advice on models', () => {
  const tasks = (
    model: string,
    count: number,
    micros: number,
    successes: number,
  ): ModelSample[] =>
    Array.from({ length: count }, (_, index) => ({
      model,
      micros: micros + (index % 5) * (micros / 50),
      succeeded: index < successes,
    }));

  it('names a model that does as well for less', () => {
    expect(
      adviseModel([
        ...tasks('large', 100, 1000, 97),
        ...tasks('small', 60, 300, 58),
        ...tasks('bad', 60, 100, 30),
      ]),
    ).toMatchObject({
      model: 'small',
      samples: 60,
      saving: expect.closeTo(0.7, 2),
      comparedWith: { model: 'large', samples: 100, successRate: 0.97 },
    });
  });

  it('is silent when a model is dearer, fails more often, or is hardly known', () => {
    const large = tasks('large', 100, 1000, 97);
    expect(adviseModel(large)).toBeUndefined();
    expect(adviseModel([...large, ...tasks('b', 60, 990, 59)])).toBeUndefined();
    expect(adviseModel([...large, ...tasks('b', 60, 300, 50)])).toBeUndefined();
    expect(adviseModel([...large, ...tasks('b', 19, 300, 19)])).toBeUndefined();
    expect(adviseModel(large, 'unknown')).toBeUndefined();
    expect(
      adviseModel([...large, ...tasks('b', 60, 300, 59)], 'b'),
    ).toBeUndefined();
  });
});
