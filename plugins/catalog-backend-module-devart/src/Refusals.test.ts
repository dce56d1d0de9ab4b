import { ResponseError } from '@backstage/errors';
import { Refusals } from './Refusals';

const answering = async (statusCode: number, message: string) => {
  throw await ResponseError.fromResponse(
    new Response(
      JSON.stringify({
        error: { name: 'Error', message },
        response: { statusCode },
      }),
      {
        status: statusCode,
        headers: { 'content-type': 'application/json' },
      },
    ),
  );
};

describe('Refusals', () => {
  it('go together at the end of a round', async () => {
    const refusals = new Refusals();
    const taken = jest.fn();

    await refusals.collect('airesource:default/a', () =>
      answering(409, 'is in the way'),
    );
    await refusals.collect('airesource:default/b', taken);

    expect(taken).toHaveBeenCalledTimes(1);
    expect(() => refusals.throwIfAny()).toThrow(
      'what the catalog says of airesource:default/a: is in the way',
    );
  });

  it('are none when all is well', () => {
    expect(() => new Refusals().throwIfAny()).not.toThrow();
  });

  it.each([
    ['is away', () => answering(503, 'The database is away')],
    ['does not answer', () => Promise.reject(new TypeError('fetch failed'))],
  ])('are not what a control plane says that %s', async (_, call) => {
    await expect(
      new Refusals().collect('airesource:default/a', call),
    ).rejects.toThrow();
  });
});
