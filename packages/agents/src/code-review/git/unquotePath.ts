const ESCAPES: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  '\\': '\\',
};

/**
 * A path as Git writes it into a patch: as it is, or in quotes with escapes
 * when it holds a quote, a backslash or a control character. Bytes are
 * characters, as in Latin-1.
 */
export function unquotePath(written: string): string {
  if (!written.startsWith('"')) {
    return written;
  }
  return written
    .slice(1, written.lastIndexOf('"'))
    .replace(/\\(?:([0-7]{3})|(.))/g, (_match, octal, letter) =>
      octal === undefined
        ? (ESCAPES[letter] ?? letter)
        : String.fromCharCode(parseInt(octal, 8)),
    );
}
