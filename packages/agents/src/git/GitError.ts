/** A command of Git failed. */
export class GitError extends Error {
  /** What Git said, or why it was ended. */
  readonly detail: string;

  constructor(command: string, detail: string) {
    super(`git ${command}: ${detail}`);
    this.name = 'GitError';
    this.detail = detail;
  }
}
