import fc from 'fast-check';
import { plausibleUsage } from './metering/Usage';
import { TokenCounter } from './metering/TokenCounter';
import { affordableOutput, costOf, type ModelPrice } from './prices/ModelPrice';
import { redactSecrets } from './redactSecrets';
import { SseSplitter } from './SseSplitter';

const micros = fc.integer({ min: 0, max: 2_000_000_000 });
const tokens = fc.integer({ min: 0, max: 2_000_000 });

const price: fc.Arbitrary<ModelPrice> = fc.record({
  inputMillionMicros: micros,
  cachedInputMillionMicros: fc.option(micros, { nil: undefined }),
  outputMillionMicros: micros,
  callMicros: fc.integer({ min: 0, max: 1000 }),
  tiers: fc
    .array(
      fc.record({
        aboveInputTokens: tokens,
        inputMillionMicros: micros,
        outputMillionMicros: micros,
      }),
      { maxLength: 3 },
    )
    .map(tiers =>
      [...tiers].sort((a, b) => a.aboveInputTokens - b.aboveInputTokens),
    ),
});

describe('the arithmetic of the gateway', () => {
  it('never lets an answer cost more than what was held back for it', () => {
    fc.assert(
      fc.property(
        price,
        tokens,
        fc.integer({ min: 0, max: 1e13 }),
        (of, inputTokens, amount) => {
          const output = affordableOutput(of, inputTokens, amount);
          const input = costOf(of, {
            inputTokens,
            cachedInputTokens: 0,
            outputTokens: 0,
          });
          fc.pre(input <= amount && output <= 1e9);
          const cost = costOf(of, {
            inputTokens,
            cachedInputTokens: 0,
            outputTokens: Math.floor(output),
          });
          expect(cost).toBeLessThanOrEqual(amount);
        },
      ),
    );
  });

  it('costs more with every token, and never a part of a millionth', () => {
    fc.assert(
      fc.property(price, tokens, tokens, (of, inputTokens, outputTokens) => {
        const cost = costOf(of, {
          inputTokens,
          cachedInputTokens: 0,
          outputTokens,
        });
        expect(Number.isSafeInteger(cost)).toBe(true);
        expect(
          costOf(of, {
            inputTokens,
            cachedInputTokens: 0,
            outputTokens: outputTokens + 1,
          }),
        ).toBeGreaterThanOrEqual(cost);
      }),
    );
  });

  it('believes no usage that cannot be true', () => {
    const bounds = {
      inputBytes: 1280,
      extraInputTokens: 20,
      outputBytes: 256,
      maxOutputTokens: 50,
    };
    const said = (inputTokens: unknown, outputTokens: unknown, cached = 0) =>
      plausibleUsage(
        { inputTokens, outputTokens, cachedInputTokens: cached },
        bounds,
      );
    expect(said(300, 40, 100)).toEqual({
      inputTokens: 300,
      cachedInputTokens: 100,
      outputTokens: 40,
      countedBy: 'upstream',
    });
    for (const [input, output, cached] of [
      [9, 40],
      [1301, 40],
      [300, 1],
      [300, 51],
      [300, -1],
      [-1, 40],
      [300.5, 40],
      ['300', 40],
      [300, 40, 301],
    ] as const) {
      const isBelieved = said(input, output, cached) !== undefined;
      expect([input, output, cached, isBelieved]).toEqual([
        input,
        output,
        cached,
        false,
      ]);
    }
  });

  it('finds the same events however the bytes arrive', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.string({ unit: 'grapheme' }).map(text => JSON.stringify(text)),
            fc.constantFrom('\n\n', '\r\n\r\n'),
          ),
          { minLength: 1, maxLength: 10 },
        ),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        (events, sizes) => {
          const stream = Buffer.from(
            events.map(([text, end]) => `data: ${text}${end}`).join(''),
          );
          const splitter = new SseSplitter();
          const found = [];
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const size = sizes[turn % sizes.length];
            found.push(...splitter.push(stream.subarray(at, at + size)));
            at += size;
          }
          expect(found.map(({ data }) => data)).toEqual(
            events.map(([text]) => text),
          );
          expect(Buffer.concat(found.map(({ bytes }) => bytes))).toEqual(
            stream,
          );
          expect(splitter.rest()).toBeUndefined();
        },
      ),
    );
  });

  it('counts tokens of any text, control tokens and endless words included', async () => {
    const counter = new TokenCounter();
    expect(await counter.count('gpt-4o', ['Hello, world!'])).toBe(4);
    expect(await counter.count('gpt-4o', ['<|endoftext|>'])).toBeGreaterThan(1);
    const words = await counter.count('gpt-4', ['a'.repeat(100_000)]);
    expect(words).toBeGreaterThan(1000);
    expect(words).toBeLessThan(100_000);
  });

  it('leaves no secret in what is logged', () => {
    const key = 'configured-secret-1';
    const shown = redactSecrets(
      `Incorrect key ${key}, sk-proj-abcdefgh12345678, Bearer abc.def, dvk_0123456789abcdef`,
      [key],
    );
    expect(shown).not.toMatch(/configured|abcdefgh|abc\.def|0123456789/);
    expect(shown).toMatch(/^Incorrect key \[redacted\]/);
  });
});
