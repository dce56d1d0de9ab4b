import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { SetupError } from './SetupError.mts';

/** The file of a program, if it is on PATH. */
export function findOnPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .map(folder => path.join(folder, name))
    .find(file => fs.existsSync(file));
}

/** Whether Debian packages can be installed here. */
export function mayInstall(): boolean {
  return process.getuid?.() === 0 && findOnPath('apt-get') !== undefined;
}

/** Installs Debian packages, without what they only recommend. */
export function install(
  packages: readonly string[],
  env: Record<string, string> = {},
): void {
  aptGet(['update', '-qq'], env);
  aptGet(['install', '-qq', '-y', '--no-install-recommends', ...packages], env);
}

function aptGet(args: string[], env: Record<string, string>) {
  const { status, stderr } = spawnSync('apt-get', args, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', ...env },
  });
  if (status !== 0) {
    throw new SetupError(`apt-get ${args.join(' ')} failed:\n${stderr}`);
  }
}
