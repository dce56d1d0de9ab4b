import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { SetupError } from './SetupError.mts';

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
];

/** The browser for the browser tests; installed where that is possible. */
export function ensureChromium(say: (line: string) => void): string {
  const found = findChromium();
  if (found) {
    return found;
  }
  if (process.getuid?.() === 0 && isOnPath('apt-get')) {
    say('installing Chromium with apt-get');
    aptGet('update', '-qq');
    aptGet(
      ...['install', '-qq', '-y', '--no-install-recommends'],
      ...['chromium', 'fonts-liberation'],
    );
  }
  const installed = findChromium();
  if (!installed) {
    throw new SetupError(
      'The browser tests need Chromium: install it (Debian: apt-get install chromium), or name it with DEVART_CHROMIUM.',
    );
  }
  return installed;
}

function findChromium(): string | undefined {
  return (
    process.env.DEVART_CHROMIUM ||
    names.map(isOnPath).find(file => file !== undefined)
  );
}

function isOnPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .map(folder => path.join(folder, name))
    .find(file => fs.existsSync(file));
}

function aptGet(...args: string[]) {
  const { status, stderr } = spawnSync('apt-get', args, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0) {
    throw new SetupError(`apt-get ${args.join(' ')} failed:\n${stderr}`);
  }
}
