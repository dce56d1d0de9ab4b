/** An expression that cannot be evaluated, or whose value is not what its place needs. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  /** What is wrong, in a sentence. */
  readonly problem: string;
  /** Where: the path in the step, for example `task.title`; empty where it is not known yet. */
  readonly path: string;

  constructor(problem: string, path: string = '') {
    super(path ? `${path}: ${problem}` : problem);
    this.problem = problem;
    this.path = path;
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
