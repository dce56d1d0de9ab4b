import { isAbsolute, resolve } from 'node:path';
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';

const ELSEWHERE = /^[A-Za-z][A-Za-z0-9+.-]*:|^[^/\\]+@[^/\\]+:/;

/**
 * What the control plane is given as repository: URLs and absolute paths as
 * they are, relative paths below the first folder of
 * `devart.reviews.localFolders`, so that a template can say `.` wherever the
 * portal was checked out.
 *
 * @throws InputError for a relative path when no folder is configured.
 */
export function resolveRepository(config: Config, repository: string): string {
  if (isAbsolute(repository) || ELSEWHERE.test(repository)) {
    return repository;
  }
  const [folder] =
    config.getOptionalStringArray('devart.reviews.localFolders') ?? [];
  if (folder === undefined) {
    throw new InputError(
      `repository: '${repository}' is a relative path, and no local folder is allowed here; give an https:// or ssh:// URL, or configure devart.reviews.localFolders`,
    );
  }
  return resolve(folder, repository);
}
