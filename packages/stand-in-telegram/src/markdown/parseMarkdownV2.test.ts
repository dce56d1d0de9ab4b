import { parseMarkdownV2 } from './parseMarkdownV2';

describe('parseMarkdownV2', () => {
  it.each([...'])(>#+-=|{}.!'])('refuses %s unless it is escaped', char => {
    expect(() => parseMarkdownV2(`a${char}`)).toThrow(
      `Character '${char}' is reserved and must be escaped with the preceding '\\'`,
    );
    expect(parseMarkdownV2(`a\\${char}`)).toEqual({
      text: `a${char}`,
      entities: [],
    });
  });

  it.each([
    ['ü *a', "Can't find end of Bold entity at byte offset 3"],
    ['_a * b_', "Can't find end of Italic entity at byte offset 6"],
    ['__a_', "Can't find end of Italic entity at byte offset 3"],
    ['`a', "Can't find end of Code entity at byte offset 0"],
    ['`a\\`', "Can't find end of Code entity at byte offset 0"],
    ['```js\nlet', "Can't find end of PreCode entity at byte offset 0"],
    ['```let', "Can't find end of Pre entity at byte offset 0"],
    ['||a|', "Character '|' is reserved"],
    ['[a', "Can't find end of TextUrl entity at byte offset 0"],
    ['[a](b\\)', "Can't find end of a URL at byte offset 4"],
    ['>*a\nb*', "Can't find end of Bold entity at byte offset 1"],
  ])('refuses %j', (source, problem) => {
    expect(() => parseMarkdownV2(source)).toThrow(problem);
  });

  it.each([
    ['no markup: <b & "q", 50%', 'no markup: <b & "q", 50%', []],
    ['\\a\\\\ \\_\\é', 'a\\ _\\é', []],
    ['ends with \\', 'ends with \\', []],
    ['**``', '', []],
    ['😀 *a\\*b*', '😀 a*b', [{ type: 'bold', offset: 3, length: 3 }]],
    [
      '*b _i ~s~ __u___ b*',
      'b i s u b',
      [
        { type: 'bold', offset: 0, length: 9 },
        { type: 'italic', offset: 2, length: 5 },
        { type: 'strikethrough', offset: 4, length: 1 },
        { type: 'underline', offset: 6, length: 1 },
      ],
    ],
    ['`a_*.!\\\\\\``', 'a_*.!\\`', [{ type: 'code', offset: 0, length: 7 }]],
    [
      '```js\r\na\n>b```',
      'a\n>b',
      [{ type: 'pre', offset: 0, length: 4, language: 'js' }],
    ],
    [
      '[a\\.b](https://example.com/x\\)y?q=(1\\\\2)',
      'a.b',
      [
        {
          type: 'text_link',
          offset: 0,
          length: 3,
          url: 'https://example.com/x)y?q=(1\\2',
        },
      ],
    ],
    [
      '[example\\.com]',
      'example.com',
      [
        {
          type: 'text_link',
          offset: 0,
          length: 11,
          url: 'http://example.com/',
        },
      ],
    ],
    ['[a](http://localhost:3000) [b](ftp://x.y)', 'a b', []],
    [
      '||x||\n>q\n>r\ns',
      'x\nq\nr\ns',
      [
        { type: 'spoiler', offset: 0, length: 1 },
        { type: 'blockquote', offset: 2, length: 4 },
      ],
    ],
  ])('reads %j', (source, text, entities) => {
    expect(parseMarkdownV2(source)).toEqual({ text, entities });
  });
});
