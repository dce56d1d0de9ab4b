import { operations } from '@devart/plugin-devart-common';
import fc from 'fast-check';
import { until } from './__testUtils__/until';
import { storableText } from './storableText';
import { LogBuffer, type LogBatch } from './LogBuffer';

function makeBuffer(
  send: (batch: LogBatch) => Promise<void>,
  flushAfterMs = 10,
) {
  const lost: number[] = [];
  const buffer = new LogBuffer({
    send,
    onLost: lines => lost.push(lines),
    flushAfterMs,
  });
  return { buffer, lost };
}

describe('LogBuffer', () => {
  it('sends whatever is logged in order, in batches that the contract accepts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.string({ unit: 'binary', maxLength: 50 }),
            fc.constantFrom('x'.repeat(5000), '\u001b'.repeat(4000), '\ud800'),
          ),
          { maxLength: 450 },
        ),
        async messages => {
          const batches: LogBatch[] = [];
          const { buffer, lost } = makeBuffer(async batch => {
            batches.push(batch);
          });
          for (const message of messages) {
            buffer.append('info', message);
          }
          await buffer.close();

          for (const batch of batches) {
            const call = { id: batch.batch, attempt: 1, ...batch };
            expect(
              operations.tasks.appendLogs.input.safeParse(call).success,
            ).toBe(true);
            expect(JSON.stringify(call).length).toBeLessThan(
              operations.tasks.appendLogs.maxBodyBytes!,
            );
          }
          const lines = batches.flatMap(batch => batch.lines);
          expect(lines).toHaveLength(messages.length);
          expect(lines.map(({ message }) => message)).toEqual(
            messages.map(message => storableText(message, 4000)),
          );
          expect(lost).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('sends a batch some time after its first line, and the next while none is on its way', async () => {
    const batches: LogBatch[] = [];
    let release: () => void = () => {};
    const { buffer } = makeBuffer(async batch => {
      batches.push(batch);
      await new Promise<void>(resolve => {
        release = resolve;
      });
    });
    buffer.append('info', 'one');
    buffer.append('info', 'two');
    expect(batches).toHaveLength(0);
    await until('the first leaves', () => batches.length === 1);
    buffer.append('info', 'three');
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(batches).toHaveLength(1);

    release();
    await until('the second leaves', () => batches.length === 2);
    release();
    await buffer.close();
    expect(
      batches.map(({ lines }) => lines.map(({ message }) => message)),
    ).toEqual([['one', 'two'], ['three']]);
    expect(batches[0].batch).not.toBe(batches[1].batch);
  });

  it('goes on after a batch that nobody takes', async () => {
    let refused = false;
    const sent: string[] = [];
    const { buffer, lost } = makeBuffer(async ({ lines }) => {
      if (!refused) {
        refused = true;
        throw new Error('no');
      }
      sent.push(...lines.map(({ message }) => message));
    });
    buffer.append('info', 'one');
    await buffer.flush();
    buffer.append('info', 'two');
    await buffer.close();
    buffer.append('info', 'after the end');
    await buffer.flush();
    expect(lost).toEqual([1]);
    expect(sent).toEqual(['two']);
  });

  it('forgets the oldest lines when nobody takes them for long, and says so', async () => {
    const sent: string[] = [];
    let release: () => void = () => {};
    const blocked = new Promise<void>(resolve => {
      release = resolve;
    });
    const { buffer } = makeBuffer(async ({ lines }) => {
      await blocked;
      sent.push(...lines.map(({ message }) => message));
    }, 0);
    buffer.append('info', 'first');
    const flushed = buffer.flush();
    for (let i = 0; i < 10_005; i++) {
      buffer.append('info', String(i));
    }
    release();
    await flushed;
    await buffer.close();
    expect(sent.slice(0, 3)).toEqual([
      'first',
      '5 log lines are missing here: they could not be sent in time',
      '5',
    ]);
    expect(sent.at(-1)).toBe('10004');
  });
});
