import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

const MAX_BYTES = 1024 * 1024;

/**
 * The text of a file at the top of a project; undefined where there is none.
 * Links are not followed, since they can lead to files of the agent.
 */
export async function readProjectFile(
  project: string,
  name: string,
): Promise<string | undefined> {
  const file = await open(
    join(project, name),
    // Without waiting for somebody to write into what is a pipe.
    constants.O_RDONLY + constants.O_NOFOLLOW + constants.O_NONBLOCK,
  ).catch(() => undefined);
  if (!file) {
    return undefined;
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile() || stats.size > MAX_BYTES) {
      return undefined;
    }
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
