import fc from 'fast-check';
import { confidenceOfShare } from './confidenceOfShare';
import { decide, REMEDIES, thresholdsSchema } from './decide';

const seen = (samples: number, errors: number, more: object = {}) => ({
  samples,
  errors,
  reachable: errors < samples,
  previousRelease: 'aaaaaaa',
  deployedAt: '2026-05-04T10:00:00.000Z',
  observedAt: '2026-05-04T10:05:00.000Z',
  ...more,
});
const about = (observation: Record<string, unknown>, thresholds: object = {}) =>
  decide({
    observation,
    thresholds: thresholdsSchema.parse(thresholds),
    allowed: REMEDIES,
  });

describe('decide', () => {
  it('does nothing while there is too little to go by', () => {
    expect(about(seen(4, 4))).toEqual({
      action: 'none',
      isGood: false,
      confidence: 0,
      reasons: ['4 requests are too few to decide; 5 are needed'],
    });
  });

  it('suspects a recent release first, and an old one last', () => {
    expect(about(seen(20, 10)).action).toBe('rollback');
    expect(
      about(seen(20, 10, { observedAt: '2026-05-05T10:00:00.000Z' })).action,
    ).toBe('restart');
    expect(about(seen(20, 10, { previousRelease: undefined })).action).toBe(
      'restart',
    );
  });

  it('looks at how long answers take only when it is told what is long', () => {
    const slow = seen(20, 0, { latenciesMs: Array(20).fill(900) });
    expect(about(slow).action).toBe('none');
    const decision = about(slow, { latencyP95Ms: 500 });
    expect(decision.action).toBe('rollback');
    expect(decision.reasons[0]).toBe(
      '20 of 20 answers took longer than 500 ms (100.0 %); 5.0 % may',
    );
  });

  it('is bad exactly when a share is beyond its threshold, and does only what is allowed', () => {
    const cases = fc.record({
      total: fc.integer({ min: 5, max: 1000 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      errorRate: fc.double({ min: 0, max: 1, noNaN: true }),
      allowed: fc.subarray([...REMEDIES]),
    });
    fc.assert(
      fc.property(cases, ({ total, share, errorRate, allowed }) => {
        const errors = Math.round(total * share);
        const { action, confidence, isGood, reasons } = decide({
          observation: seen(total, errors),
          thresholds: thresholdsSchema.parse({ errorRate }),
          allowed,
        });
        const isBad = errors / total > errorRate;
        expect(action === 'none').toBe(!isBad || allowed.length === 0);
        expect(isGood).toBe(!isBad);
        expect(['none', ...allowed]).toContain(action);
        expect(confidence).toBeGreaterThanOrEqual(0.5);
        expect(confidence).toBeLessThanOrEqual(1);
        expect(reasons.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('confidenceOfShare', () => {
  it('is that of the score test', () => {
    // z = (0.1 - 0.05) / sqrt(0.05 * 0.95 / 100) = 2.294; the normal probability is 0.9891.
    expect(
      confidenceOfShare({ hits: 10, total: 100, limit: 0.05 }),
    ).toBeCloseTo(0.9891, 4);
    expect(confidenceOfShare({ hits: 5, total: 100, limit: 0.05 })).toBe(0.5);
    expect(confidenceOfShare({ hits: 0, total: 0, limit: 0.05 })).toBe(0);
  });

  it('grows with what is counted', () => {
    const sharesOf = (total: number) =>
      confidenceOfShare({ hits: total / 10, total, limit: 0.05 });
    expect(sharesOf(1000)).toBeGreaterThan(sharesOf(100));
    expect(sharesOf(100)).toBeGreaterThan(sharesOf(10));
  });
});
