import type { StandInRepository, StandInToken } from './model';
import { Refusal } from './Refusal';

/** A permission of a GitHub App and how much of it is needed. */
export interface NeededPermission {
  /** Any one of these does. */
  anyOf: string[];
  access: 'read' | 'write';
}

/** Whether a token may do something in a repository. */
export function tokenCovers(
  token: StandInToken,
  repository: StandInRepository,
  needed: NeededPermission,
): boolean {
  const { installation } = token;
  if (!installation) {
    return true;
  }
  return (
    coversRepository(token, repository) &&
    needed.anyOf.some(name => {
      const granted = installation.permissions[name];
      return granted === 'write' || granted === needed.access;
    })
  );
}

/** @throws Refusal as GitHub refuses what a token does not cover. */
export function assertTokenCovers(
  token: StandInToken,
  repository: StandInRepository,
  needed: NeededPermission,
): void {
  if (!coversRepository(token, repository) && repository.private) {
    throw new Refusal(404, 'Not Found');
  }
  if (!tokenCovers(token, repository, needed)) {
    throw new Refusal(403, 'Resource not accessible by integration');
  }
}

function coversRepository(
  token: StandInToken,
  repository: StandInRepository,
): boolean {
  const { installation } = token;
  if (!installation) {
    return true;
  }
  return (
    repository.installed &&
    (installation.repositories === 'all' ||
      installation.repositories.includes(repository.name))
  );
}
