import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of all files below a folder. Files that vanish meanwhile count nothing. */
export async function folderSize(folder: string): Promise<number> {
  let total = 0;
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  for (const entry of entries) {
    const stats = await lstat(join(folder, entry)).catch(() => undefined);
    total += stats?.isFile() ? stats.size : 0;
  }
  return total;
}
