/** An entry of `git diff-tree --raw -z --no-abbrev`. Paths are bytes, as Latin-1. */
export interface RawEntry {
  oldMode: string;
  newMode: string;
  oldId: string;
  newId: string;
  /** A, C, D, M, R or T. */
  status: string;
  path: string;
  oldPath?: string;
}

/** Reads the output of `git diff-tree --raw -z --no-abbrev`. */
export function parseRawDiff(output: Buffer): RawEntry[] {
  const fields = output.toString('latin1').split('\0');
  const entries: RawEntry[] = [];
  let at = 0;
  while (at < fields.length && fields[at].startsWith(':')) {
    const [oldMode, newMode, oldId, newId, status] = fields[at]
      .slice(1)
      .split(' ');
    const moved = /^[RC]/.test(status);
    entries.push({
      oldMode,
      newMode,
      oldId,
      newId,
      status: status[0],
      oldPath: moved ? fields[at + 1] : undefined,
      path: fields[at + (moved ? 2 : 1)],
    });
    at += moved ? 3 : 2;
  }
  return entries;
}
