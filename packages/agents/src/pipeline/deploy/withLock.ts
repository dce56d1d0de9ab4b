import { open, readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 100;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes a lock whose process has died. */
async function removeIfStale(file: string): Promise<void> {
  const pid = Number(await readFile(file, 'utf8').catch(() => ''));
  if (pid > 0 && !isAlive(pid)) {
    await rm(file, { force: true });
  }
}

/**
 * Works while nobody else on this machine holds the same lock, a file with the
 * id of the process that holds it.
 *
 * @throws the reason of the signal when that is aborted while it waits
 */
export async function withLock<T>(options: {
  file: string;
  signal: AbortSignal;
  work: () => Promise<T>;
}): Promise<T> {
  const { file, signal, work } = options;
  for (;;) {
    signal.throwIfAborted();
    try {
      const handle = await open(file, 'wx', 0o600);
      await handle.writeFile(String(process.pid));
      await handle.close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw error;
      }
      await removeIfStale(file);
      await sleep(PAUSE_MS);
    }
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}
