import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What a look at the disk found; undefined for what has vanished meanwhile. */
async function unlessGone<T>(looking: Promise<T>): Promise<T | undefined> {
  try {
    return await looking;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return undefined;
    }
    throw error;
  }
}

/**
 * Bytes of all files below a folder. Files that vanish meanwhile count nothing.
 * Links are not followed: they can lead anywhere, and round in circles.
 */
export async function folderSize(folder: string): Promise<number> {
  let total = 0;
  const open = [folder];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const entries = await unlessGone(readdir(next, { withFileTypes: true }));
    for (const entry of entries ?? []) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) {
        open.push(path);
      } else if (entry.isFile()) {
        total += (await unlessGone(lstat(path)))?.size ?? 0;
      }
    }
  }
  return total;
}
