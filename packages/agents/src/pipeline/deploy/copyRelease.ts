import {
  copyFile,
  lstat,
  mkdir,
  readdir,
  readlink,
  symlink,
} from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { PermanentError } from '@devart/agent-sdk';

/**
 * Copies what was built, without `.git`. Links stay links, and must not lead
 * out of what is copied.
 *
 * @throws PermanentError when a link leads out, or there is too much
 */
export async function copyRelease(options: {
  from: string;
  to: string;
  maxFiles: number;
  maxBytes: number;
  signal: AbortSignal;
}): Promise<void> {
  const { from, to, maxFiles, maxBytes, signal } = options;
  const open = [''];
  let files = 0;
  let bytes = 0;
  await mkdir(to);
  for (let folder = open.shift(); folder !== undefined; folder = open.shift()) {
    signal.throwIfAborted();
    const entries = await readdir(join(from, folder));
    for (const name of entries.filter(each => each !== '.git')) {
      const path = join(folder, name);
      const source = join(from, path);
      const stats = await lstat(source);
      files += 1;
      bytes += stats.isFile() ? stats.size : 0;
      if (files > maxFiles || bytes > maxBytes) {
        throw new PermanentError(
          `What was built is too large to deploy: at most ${maxFiles} files and ${maxBytes} bytes are`,
        );
      }
      if (stats.isDirectory()) {
        await mkdir(join(to, path));
        open.push(path);
      } else if (stats.isFile()) {
        await copyFile(source, join(to, path));
      } else if (stats.isSymbolicLink()) {
        await copyLink({ from, to, path });
      } else {
        throw new PermanentError(`${path} is no file and is not deployed`);
      }
    }
  }
}

async function copyLink(options: {
  from: string;
  to: string;
  path: string;
}): Promise<void> {
  const { from, to, path } = options;
  const source = join(from, path);
  const target = await readlink(source);
  const leadsTo = resolve(dirname(source), target);
  if (
    isAbsolute(target) ||
    (leadsTo !== from && !leadsTo.startsWith(`${from}${sep}`))
  ) {
    throw new PermanentError(
      `The link ${path} leads out of what is deployed, and is not deployed`,
    );
  }
  await symlink(target, join(to, path));
}
