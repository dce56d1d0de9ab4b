/** An expression that cannot be evaluated, or whose value is not what its place needs. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';

  /**
   * @param problem - What is wrong, in a sentence.
   * @param path - Where: the path in the step, for example `task.title`.
   */
  constructor(
    readonly problem: string,
    readonly path: string = '',
  ) {
    super(path ? `${path}: ${problem}` : problem);
  }

  /** The same problem, further out. */
  within(path: string): ExpressionError {
    if (!this.path) {
      return new ExpressionError(this.problem, path);
    }
    const joint = this.path.startsWith('[') ? '' : '.';
    return new ExpressionError(this.problem, `${path}${joint}${this.path}`);
  }
}
