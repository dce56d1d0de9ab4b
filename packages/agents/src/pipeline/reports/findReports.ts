import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Folders that hold what others wrote. */
const LEFT_OUT = new Set(['.git', 'node_modules', '.venv', 'venv']);
const MAX_FOLDERS = 20_000;

/** Where build systems write their reports, and how these are called elsewhere. */
const USUAL =
  /(?:^|\/)(?:(?:surefire-reports|failsafe-reports|test-results|test-reports|reports)\/(?:.*\/)?[^/]*|TEST-[^/]*|[^/]*junit[^/]*)\.xml$/i;

/**
 * Reports of tests below a folder that were written since an instant
 * (milliseconds since the epoch), by path. Links are not followed.
 */
export async function findReports(options: {
  folder: string;
  /** Whether every XML file is a report, rather than those in the usual places. */
  all?: boolean;
  since: number;
  max: number;
  maxBytes: number;
}): Promise<string[]> {
  const { folder: root, all = false, since, max, maxBytes } = options;
  const pattern = all ? /\.xml$/i : USUAL;
  const found: string[] = [];
  const open = [root];
  for (let seen = 0; open.length > 0 && seen < MAX_FOLDERS; seen++) {
    const folder = open.shift()!;
    const entries: Dirent[] = await readdir(folder, {
      withFileTypes: true,
    }).catch(() => []);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !LEFT_OUT.has(entry.name)) {
        open.push(path);
      } else if (entry.isFile() && pattern.test(relative(root, path))) {
        const { mtimeMs, size } = await lstat(path);
        if (mtimeMs >= since && size <= maxBytes) {
          found.push(path);
        }
      }
    }
  }
  return found.sort().slice(0, max);
}
