import { mockServices } from '@backstage/backend-test-utils';
import { Loop } from './Loop';
import type { Part } from './Part';
import { Parts } from './Parts';

describe('the parts of the control plane', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const logger = mockServices.logger.mock();

  it('are well while their loops rest, however short a silence is allowed, and not when a round is overdue', async () => {
    let isBroken = false;
    const slow = new Loop({
      name: 'slow loop',
      logger,
      intervalMs: 2000,
      round: async () => {
        await new Promise(resolve => setTimeout(resolve, 900));
        if (isBroken) {
          throw new Error('the database is away');
        }
      },
    });
    const parts = new Parts([{ vital: [slow] }], {
      staleAfterMs: 1000,
      logger,
    });
    await parts.start();

    for (let elapsedMs = 0; elapsedMs < 20_000; elapsedMs += 50) {
      await jest.advanceTimersByTimeAsync(50);
      expect(parts.problems()).toEqual([]);
    }
    isBroken = true;
    await jest.advanceTimersByTimeAsync(2000 + 900 + 1000);
    expect(parts.problems()).toEqual([
      expect.stringMatching(
        /^slow loop has not succeeded for \d s: .*the database is away/,
      ),
    ]);

    isBroken = false;
    await jest.advanceTimersByTimeAsync(5000);
    expect(parts.problems()).toEqual([]);
    const stopped = parts.stop();
    await jest.advanceTimersByTimeAsync(900);
    await stopped;
  });

  it('are all stopped, in less than half a minute, whatever some of them wait for', async () => {
    const never = () => new Promise<void>(() => {});
    const stopped: string[] = [];
    const part = (name: string, how: Part = {}): Part => ({
      stop: async () => void stopped.push(name),
      ...how,
    });
    const stuck = new Loop({
      name: 'stuck loop',
      logger,
      intervalMs: 1000,
      round: never,
    });
    const parts = new Parts(
      [
        part('ground', { vital: [stuck] }),
        part('fails', { stop: () => Promise.reject(new Error('no database')) }),
        part('hangs', { stop: never }),
        part('top', { drain: never }),
      ],
      { staleAfterMs: 1000, logger },
    );
    await parts.start();

    const done = jest.fn();
    void parts.stop().then(done);
    await jest.advanceTimersByTimeAsync(20_000);
    expect(done).toHaveBeenCalled();
    expect(stopped).toEqual(['top', 'ground']);
    const said = logger.warn.mock.calls.join('\n');
    expect(said).toMatch(/calls did not end within 10000 ms/);
    expect(said).toMatch(/loops did not end within 5000 ms/);
    expect(said).toMatch(/failed: Error: no database/);
  });
});
