import { parseMarkdownV2 } from '@devart/stand-in-telegram';
import fc from 'fast-check';
import { renderMessage } from './renderMessage';

const PORTAL = 'https://portal.example.com/base';

/** Any text: all of Unicode, every reserved character often, and halves of surrogate pairs. */
const anyText = (maxLength: number) =>
  fc
    .array(
      fc.oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
        fc.constantFrom(
          ...'_*[]()~`>#+-=|{}.!\\\n\r\t <&"',
          '```',
          '\n>',
          '||',
        ),
        fc.integer({ min: 0, max: 0xffff }).map(n => String.fromCharCode(n)),
      ),
      { maxLength },
    )
    .map(parts => parts.join(''));

const wellFormed = (text: string) => Buffer.from(text).toString();

describe('renderMessage', () => {
  it('gives people exactly the texts of the notification, whatever they hold', () => {
    fc.assert(
      fc.property(
        anyText(30),
        fc.option(anyText(60), { nil: undefined }),
        fc.webUrl({ withFragments: true, withQueryParameters: true }),
        (title, description, url) => {
          const parsed = parseMarkdownV2(
            renderMessage({ title, description, link: url }, PORTAL).text,
          );

          const shown = [title, ...(description ? [description] : []), 'Open'];
          expect(parsed.text).toBe(wellFormed(shown.join('\n\n')));
          expect(parsed.entities).toEqual([
            ...(title
              ? [{ type: 'bold', offset: 0, length: wellFormed(title).length }]
              : []),
            {
              type: 'text_link',
              offset: parsed.text.length - 4,
              length: 4,
              url: new URL(url).href,
            },
          ]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('cuts what is too long between what people see as characters', () => {
    const unit = fc.constantFrom(
      'a',
      '.',
      '\\',
      '👩‍👩‍👧‍👦',
      '🇨🇭',
      'e\u0301',
      '😀',
      '\n',
    );
    const long = (min: number) =>
      fc
        .array(unit, { minLength: 1, maxLength: 40 })
        .map(parts => parts.join(''))
        .map(part => part.repeat(Math.ceil(min / part.length)));
    fc.assert(
      fc.property(long(600), long(5000), (title, description) => {
        const { text } = parseMarkdownV2(
          renderMessage({ title, description }, PORTAL).text,
        );

        expect(text.length).toBeLessThanOrEqual(4096);
        const shownTitle = text.slice(0, text.indexOf('…'));
        const shownRest = text.slice(
          shownTitle.length + '…\n\n'.length,
          -'…\n\nOpen'.length,
        );
        const graphemes = new Intl.Segmenter();
        for (const [whole, part] of [
          [title, shownTitle],
          [description, shownRest],
        ]) {
          expect(whole.startsWith(part)).toBe(true);
          const next = graphemes.segment(whole).containing(part.length)!;
          expect(next.index).toBe(part.length);
        }
        // Not more than the longest character of these is given away.
        expect(shownTitle.length).toBeGreaterThan(512 - 13);
        expect(text.length).toBeGreaterThan(4096 - 13);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['/devart/budgets', 'https://portal.example.com/base/devart/budgets'],
    [undefined, 'https://portal.example.com/base/notifications'],
    ['https://other.example.com/a(b)', 'https://other.example.com/a(b)'],
  ])('leads from %j to the portal', (link, url) => {
    const { text } = renderMessage({ title: 'a', link }, PORTAL);
    expect(parseMarkdownV2(text).entities.at(-1)).toMatchObject({ url });
  });

  it('writes an address out where Telegram would drop the link', () => {
    const { text } = renderMessage(
      { title: 'a', link: '/b`c\\d' },
      'http://localhost:3000',
    );
    expect(parseMarkdownV2(text)).toEqual({
      text: 'a\n\nhttp://localhost:3000/b%60c/d',
      entities: [
        { type: 'bold', offset: 0, length: 1 },
        { type: 'code', offset: 3, length: 29 },
      ],
    });
  });

  it('leaves out an address that nobody could use', () => {
    const { text } = renderMessage(
      { title: 'a', link: `/${'ü'.repeat(1000)}` },
      PORTAL,
    );
    expect(parseMarkdownV2(text).text).toBe('a');
  });

  it('comes without a sound when it is of low severity', () => {
    expect(
      renderMessage({ title: 'a', severity: 'low' }, PORTAL),
    ).toMatchObject({ isSilent: true });
    expect(renderMessage({ title: 'a' }, PORTAL).isSilent).toBe(false);
  });
});
