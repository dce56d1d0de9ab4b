import type { ChangedFile, ReviewedFile } from '../git/ChangedFile';

const VENDORED =
  /(^|\/)(node_modules|vendor|third_party|\.yarn|\.git)\/|\.min\.[cm]?js$/;

/** Code that nobody writes here. */
export function isVendored(path: string): boolean {
  return VENDORED.test(path);
}

/** Whether a file is there after the change, as text, with one of the endings. */
export function isTextEndingIn(file: ChangedFile, endings: RegExp): boolean {
  return (
    file.kind === 'file' &&
    !file.binary &&
    file.linesAdded + file.linesDeleted > 0 &&
    endings.test(file.path)
  );
}

/**
 * Whether a text that cannot be parsed is this change's doing: the file is new,
 * or its old text could be parsed.
 */
export function brokeWith(
  file: ReviewedFile,
  isBroken: (text: string) => boolean,
): boolean {
  return file.oldText === undefined || !isBroken(file.oldText);
}

/** The line, from 1, in which a character stands. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (
    let at = text.indexOf('\n');
    at >= 0 && at < offset;
    at = text.indexOf('\n', at + 1)
  ) {
    line += 1;
  }
  return line;
}

/** A byte order mark is no part of the text. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
