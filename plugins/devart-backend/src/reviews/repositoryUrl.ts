import { InputError } from '@backstage/errors';

const SCP_LIKE = /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[A-Za-z0-9._/~-]+$/;
const SCHEMES = new Set(['https:', 'http:', 'ssh:']);

/** Whether it names a folder rather than a URL; a relative one starts with a dot. */
export function isLocalPath(repository: string): boolean {
  return /^(?:\/|\.{1,2}(?:\/|$)|[A-Za-z]:\\)/.test(repository);
}

/**
 * Checks the URL of a repository.
 *
 * @throws InputError when Git should not be given it, or it carries a password.
 */
export function checkRepositoryUrl(repository: string): string {
  if (SCP_LIKE.test(repository)) {
    return repository;
  }
  let url: URL;
  try {
    url = new URL(repository);
  } catch {
    throw new InputError(
      'repository: must be an https:// or ssh:// URL, git@host:path, or the absolute path of an allowed local folder',
    );
  }
  if (!SCHEMES.has(url.protocol)) {
    throw new InputError(
      `repository: must begin with https://, http:// or ssh://, not ${url.protocol}//`,
    );
  }
  if (url.password || (url.username && url.protocol !== 'ssh:')) {
    throw new InputError(
      'repository: must not carry a user name or password; configure credentials instead',
    );
  }
  return url.toString();
}
