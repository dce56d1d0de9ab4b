/** How many lines of a file changed; undefined for binary files. */
export type LineCounts = { added: number; deleted: number } | undefined;

/** Reads the output of `git diff-tree --numstat -z`, by new path in Latin-1. */
export function parseNumstat(output: Buffer): Map<string, LineCounts> {
  const fields = output.toString('latin1').split('\0');
  const counts = new Map<string, LineCounts>();
  let at = 0;
  while (at < fields.length && fields[at] !== '') {
    const [added, deleted, ...rest] = fields[at].split('\t');
    const path = rest.join('\t');
    // Of a moved file, old and new path follow in fields of their own.
    const moved = path === '';
    counts.set(
      moved ? fields[at + 2] : path,
      added === '-'
        ? undefined
        : { added: Number(added), deleted: Number(deleted) },
    );
    at += moved ? 3 : 1;
  }
  return counts;
}
