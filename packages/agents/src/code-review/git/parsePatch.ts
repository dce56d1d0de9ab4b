import type { LineRange } from './ChangedFile';
import { unquotePath } from './unquotePath';

/** What a patch says of one file. Paths are bytes, as Latin-1. */
export interface PatchSection {
  /** Undefined where the patch changes no lines. */
  path?: string;
  added: LineRange[];
  /** Where the section stands in the patch, in bytes. */
  start: number;
  end: number;
}

const HUNK = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

function pathOf(line: string): string | undefined {
  // A tab ends a name with spaces.
  const written = line.slice(4).replace(/\t$/, '');
  return written === '/dev/null' ? undefined : unquotePath(written).slice(2);
}

function pushLine(added: LineRange[], line: number): void {
  const last = added.at(-1);
  if (last && last.end === line - 1) {
    last.end = line;
  } else {
    added.push({ start: line, end: line });
  }
}

/**
 * Reads a patch as `git diff-tree -p` writes it. Lines inside a hunk are
 * counted, so that text which looks like a header is not taken for one.
 */
export function parsePatch(patch: Buffer): PatchSection[] {
  const text = patch.toString('latin1');
  const sections: PatchSection[] = [];
  let oldLeft = 0;
  let newLeft = 0;
  let newLine = 0;
  let section: PatchSection | undefined;

  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at);
    const next = newline < 0 ? text.length : newline + 1;
    const line = text.slice(at, newline < 0 ? text.length : newline);
    const mark = line[0];
    if (section && oldLeft + newLeft > 0) {
      if (mark === '+') {
        pushLine(section.added, newLine);
        newLine += 1;
        newLeft -= 1;
      } else if (mark === '-') {
        oldLeft -= 1;
      } else if (mark === ' ') {
        newLine += 1;
        newLeft -= 1;
        oldLeft -= 1;
      }
    } else if (line.startsWith('diff --git ')) {
      section = { added: [], start: at, end: at };
      sections.push(section);
    } else if (section && /^(?:---|\+\+\+) /.test(line)) {
      section.path = pathOf(line) ?? section.path;
    } else if (section && mark === '@') {
      const [, oldCount = '1', start, newCount = '1'] = HUNK.exec(line) ?? [];
      oldLeft = Number(oldCount);
      newLeft = Number(newCount);
      newLine = Number(start);
    }
    at = next;
    if (section) {
      section.end = at;
    }
  }
  return sections;
}
