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

/** Bytes of all files below a folder. Files that vanish meanwhile count nothing. */
export async function folderSize(folder: string): Promise<number> {
  let total = 0;
  const entries = await unlessGone(readdir(folder, { recursive: true }));
  for (const entry of entries ?? []) {
    const stats = await unlessGone(lstat(join(folder, entry)));
    total += stats?.isFile() ? stats.size : 0;
  }
  return total;
}
