import { ServiceUnavailableError } from '@backstage/errors';
import * as fc from 'fast-check';
import { GroupCommit } from './GroupCommit';

describe('what is done in groups', () => {
  it('answers each caller for its own items, in their order, in groups that grow with the load', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(), { maxLength: 4 }), {
          minLength: 1,
          maxLength: 30,
        }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 5 }),
        async (calls, concurrency, worthwhile) => {
          let running = 0;
          const groups: number[] = [];
          const commit = new GroupCommit<number, number>({
            run: async items => {
              expect(++running).toBeLessThanOrEqual(concurrency);
              groups.push(items.length);
              await new Promise(resolve => setImmediate(resolve));
              running--;
              return items.map(item => item * 2);
            },
            max: 8,
            concurrency,
            worthwhile,
          });
          const answers = await Promise.all(
            calls.map(items => commit.add(items)),
          );
          expect(answers).toEqual(
            calls.map(items => items.map(item => item * 2)),
          );
          expect(Math.max(...groups)).toBeLessThanOrEqual(8);
          // All came in one turn: no two groups in a row could have been one.
          groups
            .slice(1)
            .forEach((size, index) =>
              expect(size + groups[index]).toBeGreaterThan(8 - 4),
            );
        },
      ),
      { numRuns: 50 },
    );
  });

  it('fails no caller for another', async () => {
    const commit = new GroupCommit<string, string>({
      run: async items => {
        if (items.includes('bad')) {
          throw new Error('bad');
        }
        return items;
      },
      max: 100,
      concurrency: 1,
    });
    const outcomes = await Promise.allSettled(
      ['a', 'bad', 'b'].map(item => commit.add([item])),
    );
    expect(outcomes).toMatchObject([
      { value: ['a'] },
      { reason: { message: 'bad' } },
      { value: ['b'] },
    ]);
  });

  it('does not try again for each while the database does not answer', async () => {
    let tries = 0;
    const commit = new GroupCommit<string, string>({
      run: async () => {
        tries++;
        throw new ServiceUnavailableError('away');
      },
      max: 100,
      concurrency: 1,
    });
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c'].map(item => commit.add([item])),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(
      Array(3).fill('rejected'),
    );
    expect(tries).toBe(1);
  });
});
