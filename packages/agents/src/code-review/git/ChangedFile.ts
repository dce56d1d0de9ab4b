/** Lines from one to another, both included, from 1. */
export interface LineRange {
  start: number;
  end: number;
}

/** What can stand at a path. */
export type FileKind = 'file' | 'symlink' | 'submodule' | 'none';

/** A file that a change touches. */
export interface ChangedFile {
  /** Where it is, or was if it is deleted. */
  path: string;
  /** Where it was before it was moved or copied. */
  oldPath?: string;
  status: 'added' | 'modified' | 'deleted' | 'renamed' | 'copied';
  /** What stands at the path after the change; `none` when it is deleted. */
  kind: FileKind;
  /** What stood there before; `none` when it is new. */
  oldKind: FileKind;
  executable: boolean;
  binary: boolean;
  /** Bytes after the change; 0 when it is deleted. */
  size: number;
  /** Bytes before the change; 0 when it is new. */
  oldSize: number;
  linesAdded: number;
  linesDeleted: number;
  /** Lines of the new text that the change added, in order. */
  added: LineRange[];
}

/** A changed file with its text, where it has one that is not too large. */
export interface ReviewedFile extends ChangedFile {
  text?: string;
  /** The text before the change. */
  oldText?: string;
}

/** Whether a line was added by the change. */
export function isAdded(
  file: Pick<ChangedFile, 'added'>,
  line: number,
): boolean {
  return file.added.some(({ start, end }) => line >= start && line <= end);
}
