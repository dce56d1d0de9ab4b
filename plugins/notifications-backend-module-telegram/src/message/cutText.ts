const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** How far a text is looked at beyond the cut: characters of people are shorter. */
const LOOK_AHEAD = 100;

/**
 * Shortens a text to so many UTF-16 code units, the last of which is then `…`.
 * It is cut between what people see as characters, unless a single one is
 * longer than all that there is room for.
 */
export function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) {
    return text;
  }
  const room = maxLength - 1;
  const { index } = graphemes
    .segment(text.slice(0, room + LOOK_AHEAD))
    .containing(room)!;
  const cut = text.slice(0, index > 0 ? index : room);
  // Half a surrogate pair is no character.
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
