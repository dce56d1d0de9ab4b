import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs Git in a folder, free of the settings of whoever runs it; gives its output. */
export async function runGit(folder: string, args: string[]): Promise<string> {
  const { stdout } = await run('git', args, {
    cwd: folder,
    env: gitEnvironment(),
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.trim();
}

/** What Git is told whoever runs it. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const settings = {
    'safe.directory': '*',
    'uploadpack.allowAnySHA1InWant': 'true',
  };
  const environment: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: String(Object.keys(settings).length),
  };
  for (const [i, [key, value]] of Object.entries(settings).entries()) {
    environment[`GIT_CONFIG_KEY_${i}`] = key;
    environment[`GIT_CONFIG_VALUE_${i}`] = value;
  }
  return environment;
}
