import fc from 'fast-check';
import request from 'supertest';
import { TestControlPlane } from '../__testUtils__/TestControlPlane';
import { RateLimiter } from './RateLimiter';

describe('rate limits', () => {
  it('never let through more than the burst and what the time has brought', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 200 }),
        (perMinute, pauses) => {
          const limiter = new RateLimiter({ perMinute });
          let now = 0;
          let allowed = 0;
          for (const pause of pauses) {
            now += pause;
            const answer = limiter.take('somebody', now);
            allowed += answer.allowed ? 1 : 0;
          }
          const burst = Math.max(1, Math.ceil(perMinute / 6));
          expect(allowed).toBeLessThanOrEqual(
            burst + (now * perMinute) / 60_000 + 1e-6,
          );
        },
      ),
    );
  });

  it('let somebody in again when they say so', () => {
    const limiter = new RateLimiter({ perMinute: 6 });
    expect(limiter.take('a', 0).allowed).toBe(true);
    const refused = limiter.take('a', 0);
    expect(refused).toEqual({ allowed: false, retryAfterSeconds: 10 });
    expect(limiter.take('b', 0).allowed).toBe(true);
    expect(limiter.take('a', 10_000).allowed).toBe(true);
  });

  it('answer 429 with the time to wait, to callers without an account and with one', async () => {
    const plane = await TestControlPlane.start({
      config: { rateLimits: { anonymousPerMinute: 12, callerPerMinute: 12 } },
    });
    try {
      let retryAfter: string | undefined;
      const statusesOf = async (token: string | undefined) => {
        const statuses: number[] = [];
        for (let calls = 0; calls < 3; calls++) {
          const call = request(plane.server).get('/api/devart/me');
          const response = await (token
            ? call.set('authorization', `Bearer ${token}`)
            : call);
          statuses.push(response.status);
          retryAfter = response.headers['retry-after'];
        }
        return statuses;
      };
      // A caller with an account has a bucket of their own.
      expect(await statusesOf(plane.tokenOf('viewer'))).toEqual([
        200, 200, 429,
      ]);
      expect(Number(retryAfter)).toBeGreaterThan(0);
      // Wrong keys use up the bucket of their address, in which calls without any are.
      expect(await statusesOf('dvk_wrong')).toEqual([401, 401, 429]);
      expect(await statusesOf(undefined)).toEqual([429, 429, 429]);
      expect(Number(retryAfter)).toBeGreaterThan(0);
    } finally {
      await plane.stop();
    }
  });
});
