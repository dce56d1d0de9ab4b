import { PermanentError } from '@devart/agent-sdk';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where to clone from, checked. */
export interface CloneSource {
  /** What Git is given. */
  location: string;
  /** The only transport that Git may use. */
  protocol: 'file' | 'https' | 'http' | 'ssh';
  /** Where credentials may be sent; only with HTTP. */
  origin?: string;
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function refuse(why: string): never {
  throw new PermanentError(`The repository cannot be cloned: ${why}`);
}

/**
 * Checks where to clone from: an HTTPS or SSH URL, or the absolute path or
 * `file:` URL of a local folder. Plain HTTP is for this machine alone.
 *
 * @throws PermanentError for everything else
 */
export function parseCloneSource(cloneUrl: string): CloneSource {
  if (cloneUrl.includes('\0') || cloneUrl.includes('\n')) {
    refuse('its address holds control characters');
  }
  if (isAbsolute(cloneUrl)) {
    return { location: cloneUrl, protocol: 'file' };
  }
  let url: URL;
  try {
    url = new URL(cloneUrl);
  } catch {
    return refuse('its address is neither a URL nor an absolute path');
  }
  switch (url.protocol) {
    case 'file:':
      return { location: fileURLToPath(url), protocol: 'file' };
    case 'ssh:':
      if (url.password || url.hostname.startsWith('-')) {
        refuse('its URL must hold a user and a host, and no password');
      }
      return { location: url.href, protocol: 'ssh' };
    case 'http:':
    case 'https:':
      if (url.username || url.password) {
        refuse('credentials must not be part of its URL');
      }
      if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
        refuse('its URL is not encrypted; use https');
      }
      return {
        location: url.href,
        protocol: url.protocol === 'http:' ? 'http' : 'https',
        origin: url.origin,
      };
    default:
      return refuse(`URLs with ${url.protocol} are not supported`);
  }
}
