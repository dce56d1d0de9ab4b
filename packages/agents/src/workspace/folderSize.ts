import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Bytes of all files below a folder. Files that vanish meanwhile count nothing.
 * Links are not followed: they can lead anywhere, and round in circles.
 */
export async function folderSize(folder: string): Promise<number> {
  let total = 0;
  const open = [folder];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const entries: Dirent[] = await readdir(next, {
      withFileTypes: true,
    }).catch(() => []);
    for (const entry of entries) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) {
        open.push(path);
      } else if (entry.isFile()) {
        const stats = await lstat(path).catch(() => undefined);
        total += stats?.size ?? 0;
      }
    }
  }
  return total;
}
