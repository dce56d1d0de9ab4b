/**
 * A text as Telegram shows it: control characters are spaces, what turns the
 * direction of writing is gone, and so is white space around it.
 */
export function shownText(text: string): string {
  return (
    text
      .replaceAll('\r', '')
      // eslint-disable-next-line no-control-regex
      .replaceAll(/[\u0000-\u0009\u000b-\u001f]/g, ' ')
      .replaceAll(/[\u2028-\u202e\u0333\u033f\u030a]/g, '')
      .trim()
  );
}
