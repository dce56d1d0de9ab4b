/** What GitHub accepts; anything longer is refused as a whole. */
export const GITHUB_LIMITS = {
  /** Annotations in one request. */
  annotationsPerRequest: 50,
  /** Titles of checks and annotations, in characters. */
  title: 255,
  /** Message of an annotation, in bytes. */
  annotationMessage: 64 * 1024,
  /** Summary of a check, in bytes. */
  checkSummary: 65_535,
  /** Body of a comment; GitHub counts characters, of which there are never more than bytes. */
  comment: 65_536,
  /** Description of a commit status, in characters. */
  statusDescription: 140,
} as const;

/** At most `max` characters; an ellipsis stands where something was left out. */
export function truncateTitle(title: string, max: number): string {
  const line = title.replace(/\s+/g, ' ').trim();
  return line.length <= max
    ? line
    : `${wellFormedPrefix(line, max - 1).trimEnd()}…`;
}

/**
 * At most `maxBytes` bytes of UTF-8. What was cut ends with `note`, outside of
 * any code block that the cut would have left open.
 */
export function truncateMarkdown(
  markdown: string,
  options: { maxBytes: number; note: string },
): string {
  const { maxBytes, note } = options;
  if (Buffer.byteLength(markdown) <= maxBytes) {
    return markdown;
  }
  const ending = `\n\n${note}`;
  const closedFence = `\n\`\`\`${ending}`;
  const kept = utf8Prefix(markdown, maxBytes - Buffer.byteLength(closedFence));
  const openFence = (kept.match(/^ {0,3}```/gm)?.length ?? 0) % 2 === 1;
  return kept + (openFence ? closedFence : ending);
}

function wellFormedPrefix(value: string, length: number): string {
  // Not between the two halves of a character outside the basic plane.
  return value.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}

function utf8Prefix(value: string, maxBytes: number): string {
  const bytes = Buffer.from(value);
  let end = Math.max(0, maxBytes);
  // Bytes 10xxxxxx continue a character; a cut before one would break it.
  while (end > 0 && (bytes[end] & 0xc0) === 0x80) {
    end--;
  }
  return bytes.subarray(0, end).toString();
}
