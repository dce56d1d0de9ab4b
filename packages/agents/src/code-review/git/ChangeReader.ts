import type { ReviewLimits } from '../ReviewLimits';
import type { ChangedFile, FileKind, ReviewedFile } from './ChangedFile';
import type { Git } from '../../git/Git';
import { parseNumstat } from './parseNumstat';
import { parsePatch } from './parsePatch';
import { parseRawDiff, type RawEntry } from './parseRawDiff';
import type { Revisions } from '../../git/Repository';

/** A change, read from its repository. */
export interface Change {
  files: ReviewedFile[];
  linesAdded: number;
  linesDeleted: number;
  /** How many files were changed, also those that were not looked at. */
  filesChanged: number;
  /** What was left out for its size, for people. */
  omissions: string[];
}

/** A part of a patch about one file. */
export interface FilePatch {
  /** Undefined where no lines change. */
  path?: string;
  patch: Buffer;
}

const OPTIONS = [
  '-r',
  '-M',
  '-l1000',
  '--no-commit-id',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
];

const STATUSES: Record<string, ChangedFile['status']> = {
  A: 'added',
  C: 'copied',
  D: 'deleted',
  R: 'renamed',
};

function kindOf(mode: string): FileKind {
  const kinds: Record<string, FileKind> = {
    '000000': 'none',
    '120000': 'symlink',
    '160000': 'submodule',
  };
  return kinds[mode] ?? 'file';
}

/** Paths are UTF-8 nearly always; other bytes are shown as replacement characters. */
function readable(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}

/** Reads what lies between two revisions. */
export class ChangeReader {
  readonly #git: Git;
  readonly #limits: ReviewLimits;

  constructor(options: { git: Git; limits: ReviewLimits }) {
    this.#git = options.git;
    this.#limits = options.limits;
  }

  /** Reads which files changed, in which lines, and their text. */
  async read({ base, head }: Revisions): Promise<Change> {
    const limits = this.#limits;
    const omissions: string[] = [];
    const raw = await this.#diff(['--raw', '-z', '--no-abbrev', base, head]);
    const counts = parseNumstat(
      (await this.#diff(['--numstat', '-z', base, head])).output,
    );
    const patch = await this.#diff(
      ['-p', '-U0', '--src-prefix=a/', '--dst-prefix=b/', base, head],
      { maxBytes: limits.patchBytes, truncate: true },
    );
    if (patch.truncated) {
      omissions.push(
        `The change is larger than ${limits.patchBytes} bytes; what lies beyond was not checked line by line`,
      );
    }
    const sections = new Map(
      parsePatch(patch.output).map(section => [section.path, section]),
    );

    const allEntries = parseRawDiff(raw.output);
    const entries = allEntries.slice(0, limits.files);
    if (entries.length < allEntries.length) {
      omissions.push(
        `${allEntries.length - entries.length} of ${allEntries.length} changed files were not looked at`,
      );
    }
    const sizes = await this.#sizes(entries);
    const files = entries.map(entry =>
      describeFile(entry, {
        counts: counts.get(entry.path),
        added: sections.get(entry.path)?.added ?? [],
        sizes,
      }),
    );
    await this.#readTexts(entries, files, sizes, omissions);
    const total = [...counts.values()];
    return {
      files,
      filesChanged: allEntries.length,
      linesAdded: total.reduce((sum, each) => sum + (each?.added ?? 0), 0),
      linesDeleted: total.reduce((sum, each) => sum + (each?.deleted ?? 0), 0),
      omissions,
    };
  }

  /** The patch for people, a part for each file. */
  async patches({
    base,
    head,
  }: Revisions): Promise<{ parts: FilePatch[]; truncated: boolean }> {
    const { output, truncated } = await this.#diff(
      ['-p', '-U3', '--src-prefix=a/', '--dst-prefix=b/', base, head],
      { maxBytes: this.#limits.patchBytes, truncate: true },
    );
    const parts = parsePatch(output).map(({ path, start, end }) => ({
      path: path === undefined ? undefined : readable(path),
      patch: output.subarray(start, end),
    }));
    return { parts, truncated };
  }

  #diff(
    args: string[],
    bounds: { maxBytes?: number; truncate?: boolean } = {},
  ) {
    return this.#git.run({
      args: ['diff-tree', ...OPTIONS, ...args, '--'],
      timeoutMs: this.#limits.gitMs,
      ...bounds,
    });
  }

  async #sizes(entries: RawEntry[]): Promise<Map<string, number>> {
    const ids = new Set(
      entries
        // What was only moved has not been fetched, and nothing asks for it.
        .filter(({ oldId, newId }) => oldId !== newId)
        .flatMap(({ oldId, newId, oldMode, newMode }) => [
          ...(isBlob(oldMode) ? [oldId] : []),
          ...(isBlob(newMode) ? [newId] : []),
        ]),
    );
    const { output } = await this.#git.run({
      args: ['cat-file', '--batch-check=%(objectname) %(objectsize)'],
      input: [...ids, ''].join('\n'),
      timeoutMs: this.#limits.gitMs,
    });
    return new Map(
      output
        .toString('latin1')
        .split('\n')
        .map(line => line.split(' '))
        .filter(([, size]) => /^\d+$/.test(size))
        .map(([id, size]) => [id, Number(size)]),
    );
  }

  /** Adds their texts to the files, in order, as far as there is room. */
  async #readTexts(
    entries: RawEntry[],
    files: ReviewedFile[],
    sizes: Map<string, number>,
    omissions: string[],
  ): Promise<void> {
    let room = this.#limits.totalBytes;
    let left = 0;
    const wanted = new Set<string>();
    for (const [index, entry] of entries.entries()) {
      const file = files[index];
      const ids = [
        ...(file.kind === 'file' ? [entry.newId] : []),
        ...(kindOf(entry.oldMode) === 'file' ? [entry.oldId] : []),
      ].filter(id => (sizes.get(id) ?? Infinity) <= this.#limits.fileBytes);
      const size = ids.reduce((sum, id) => sum + sizes.get(id)!, 0);
      if (file.binary || ids.length === 0) {
        continue;
      }
      if (size > room) {
        left += 1;
        continue;
      }
      room -= size;
      ids.forEach(id => wanted.add(id));
    }
    if (left > 0) {
      omissions.push(`${left} files were not read: the change is too large`);
    }
    const texts = await this.#blobs([...wanted]);
    for (const [index, entry] of entries.entries()) {
      const file = files[index];
      file.text = file.kind === 'file' ? texts.get(entry.newId) : undefined;
      file.oldText =
        kindOf(entry.oldMode) === 'file' ? texts.get(entry.oldId) : undefined;
    }
  }

  async #blobs(ids: string[]): Promise<Map<string, string>> {
    const texts = new Map<string, string>();
    if (ids.length === 0) {
      return texts;
    }
    const { output } = await this.#git.run({
      args: ['cat-file', '--batch=%(objectname) %(objectsize)'],
      input: [...ids, ''].join('\n'),
      timeoutMs: this.#limits.gitMs,
      maxBytes: this.#limits.totalBytes * 2,
    });
    for (let at = 0; at < output.length;) {
      const newline = output.indexOf('\n', at);
      const [id, size] = output.toString('latin1', at, newline).split(' ');
      if (!/^\d+$/.test(size)) {
        at = newline + 1;
        continue;
      }
      const start = newline + 1;
      const end = start + Number(size);
      texts.set(id, output.toString('utf8', start, end));
      at = end + 1;
    }
    return texts;
  }
}

function isBlob(mode: string): boolean {
  return kindOf(mode) === 'file' || kindOf(mode) === 'symlink';
}

function describeFile(
  entry: RawEntry,
  known: {
    counts: { added: number; deleted: number } | undefined;
    added: ChangedFile['added'];
    sizes: Map<string, number>;
  },
): ReviewedFile {
  const { counts, added, sizes } = known;
  const kind = kindOf(entry.newMode);
  const oldKind = kindOf(entry.oldMode);
  const isFile = kind === 'file' || oldKind === 'file';
  return {
    path: readable(entry.path),
    oldPath: entry.oldPath === undefined ? undefined : readable(entry.oldPath),
    status: STATUSES[entry.status] ?? 'modified',
    kind,
    oldKind,
    executable: entry.newMode === '100755',
    // Numstat has no counts for binary files, and does not name submodules without lines.
    binary: isFile && counts === undefined,
    size: sizes.get(entry.newId) ?? 0,
    oldSize: sizes.get(entry.oldId) ?? 0,
    linesAdded: counts?.added ?? 0,
    linesDeleted: counts?.deleted ?? 0,
    added,
  };
}
