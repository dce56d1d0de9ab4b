import { ResponseError } from '@backstage/errors';
import { apiProblemOf } from './ApiProblem';

async function answered(status: number, headers: Record<string, string> = {}) {
  return ResponseError.fromResponse(
    new Response(
      JSON.stringify({
        error: { name: 'SomeError', message: 'what is wrong' },
        response: { statusCode: status },
      }),
      { status, headers: { 'content-type': 'application/json', ...headers } },
    ),
  );
}

describe('apiProblemOf', () => {
  it.each([
    [400, 'rejected'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'gone'],
    [409, 'conflict'],
    [413, 'rejected'],
    [429, 'unreachable'],
    [500, 'fault'],
    [501, 'fault'],
    [502, 'unreachable'],
    [503, 'unreachable'],
    [504, 'unreachable'],
  ])('takes %i for %s', async (status, kind) => {
    expect(apiProblemOf(await answered(status))).toMatchObject({
      kind,
      status,
      message: `${status} what is wrong`,
    });
  });

  it('reads how long to wait, in seconds or as a date', async () => {
    expect(
      apiProblemOf(await answered(429, { 'retry-after': '1.5' })).retryAfterMs,
    ).toBe(1500);
    const date = new Date(Date.now() + 60_000).toUTCString();
    const { retryAfterMs } = apiProblemOf(
      await answered(503, { 'retry-after': date }),
    );
    expect(retryAfterMs).toBeGreaterThan(55_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
    expect(
      apiProblemOf(await answered(503, { 'retry-after': 'soon' })).retryAfterMs,
    ).toBeUndefined();
  });

  it('names the cause of a call without an answer', async () => {
    const error = await fetch('http://127.0.0.1:1/').catch(e => e);
    expect(apiProblemOf(error).kind).toBe('unreachable');
    expect(apiProblemOf(error).message).not.toBe('fetch failed');
  });

  it('takes a page of something else for a wrong URL', () => {
    expect(apiProblemOf(new SyntaxError('Unexpected token <'))).toMatchObject({
      kind: 'fault',
      message: expect.stringContaining('is the base URL'),
    });
  });
});
