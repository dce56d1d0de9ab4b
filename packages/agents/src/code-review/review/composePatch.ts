import type { FilePatch } from '../git/ChangeReader';
import type { Redactor } from './Redactor';

/** For the line that says that there is more. */
const LAST_LINE_BYTES = 100;

/**
 * The patch as it may be shown: files that hold a secret, those in which
 * nobody has looked for one, and those that do not fit are left out with a note.
 */
export function composePatch(options: {
  parts: FilePatch[];
  /** Whether the analyzer for secrets has seen the file and found none. */
  isClean: (path: string) => boolean;
  redactor: Redactor;
  /** Whether the patch goes on after its parts. */
  truncated: boolean;
  maxBytes: number;
}): Buffer {
  const { parts, isClean, redactor, truncated, maxBytes } = options;
  const chunks: Buffer[] = [];
  let room = maxBytes - LAST_LINE_BYTES;
  let cut = truncated;
  for (const { path, patch } of parts) {
    const note = (why: string) =>
      Buffer.from(`# ${JSON.stringify(path)} is left out: ${why}\n`);
    const isShown =
      (path === undefined || isClean(path)) &&
      !redactor.holdsSecret(patch.toString('utf8'));
    let chunk = patch;
    if (!isShown) {
      chunk = note('it holds a secret, or could not be searched for one');
    } else if (patch.length > room) {
      chunk = note('it is too large');
    }
    if (chunk.length > room) {
      cut = true;
      break;
    }
    chunks.push(chunk);
    room -= chunk.length;
  }
  if (cut) {
    chunks.push(
      Buffer.from('# The rest is left out: the change is too large\n'),
    );
  }
  return Buffer.concat(chunks);
}
