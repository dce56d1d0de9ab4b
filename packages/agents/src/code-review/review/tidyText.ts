const NUL = '\u0000';
const LONE_SURROGATE =
  /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Text that the control plane accepts: at most `max` characters, valid Unicode, no NUL. */
export function tidyText(text: string, max: number): string {
  const cut = text.length > max ? `${text.slice(0, max - 1)}…` : text;
  return cut.replaceAll(NUL, '\uFFFD').replace(LONE_SURROGATE, '\uFFFD');
}
