import fc from 'fast-check';
import { truncateMarkdown, truncateTitle } from './limits';

const texts = fc.string({ unit: 'grapheme', maxLength: 400 });

describe('truncateTitle', () => {
  it('never exceeds the limit and never breaks a character', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 300 }), (title, max) => {
        const short = truncateTitle(title, max);
        expect(short.length).toBeLessThanOrEqual(max);
        expect(Buffer.from(short).toString()).toBe(short);
      }),
    );
  });

  it('keeps what fits, in one line', () => {
    expect(truncateTitle(' two\nlines ', 9)).toBe('two lines');
    expect(truncateTitle('two lines', 8)).toBe('two lin…');
  });
});

describe('truncateMarkdown', () => {
  const note = '(cut)';

  it('never exceeds the limit, never breaks a character, and keeps what fits', () => {
    fc.assert(
      fc.property(
        texts,
        fc.integer({ min: 20, max: 300 }),
        (markdown, maxBytes) => {
          const short = truncateMarkdown(markdown, { maxBytes, note });
          expect(Buffer.byteLength(short)).toBeLessThanOrEqual(maxBytes);
          expect(Buffer.from(short).toString()).toBe(short);
          const fits = Buffer.byteLength(markdown) <= maxBytes;
          const ending = /(\n```)?\n\n\(cut\)$/;
          expect(ending.test(short)).toBe(!fits);
          const kept = fits ? short : short.replace(ending, '');
          expect(markdown.startsWith(kept)).toBe(true);
        },
      ),
    );
  });

  it('closes a code block that it cuts', () => {
    const markdown = `Before\n\`\`\`ts\n${'x'.repeat(100)}\n\`\`\`\n`;

    expect(truncateMarkdown(markdown, { maxBytes: 60, note })).toMatch(
      /x\n```\n\n\(cut\)$/,
    );
  });

  it('leaves a code block alone that had ended', () => {
    const markdown = `\`\`\`\na\n\`\`\`\n${'x'.repeat(100)}`;

    expect(truncateMarkdown(markdown, { maxBytes: 60, note })).toMatch(
      /x\n\n\(cut\)$/,
    );
  });
});
