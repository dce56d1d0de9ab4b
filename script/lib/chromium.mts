import { findOnPath, install, mayInstall } from './aptGet.mts';
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
  if (mayInstall()) {
    say('installing Chromium with apt-get');
    install(['chromium', 'fonts-liberation']);
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
    names.map(findOnPath).find(file => file !== undefined)
  );
}
