import type { WorkflowProblem } from '@devart/plugin-devart-common';
import { formatPath, type ProblemPath } from '../source/formatPath';
import type { Position, YamlSource } from '../source/YamlSource';

/** The most problems that are told at once. */
const MAX_PROBLEMS = 100;

/** The most problems that are looked for: a text that is all wrong must not take long. */
const MAX_FOUND = 1000;

/** Collects what is wrong with a document, with the places. */
export class Problems {
  readonly #source: YamlSource;
  readonly #found = new Map<string, WorkflowProblem>();

  constructor(source: YamlSource) {
    this.#source = source;
  }

  /** Something about the value at a path. */
  atValue(path: ProblemPath, message: string): void {
    this.#add(() => this.#source.position(path), path, message);
  }

  /** Something about the last key of a path. */
  atKey(path: ProblemPath, message: string): void {
    this.#add(() => this.#source.keyPosition(path), path, message);
  }

  /** Something about an expression in the text at a path. */
  inText(
    path: ProblemPath,
    place: { opening: number; start: number; offset: number },
    message: string,
  ): void {
    this.#add(() => this.#source.positionIn(path, place), path, message);
  }

  /** By position, each once. */
  sorted(): WorkflowProblem[] {
    return [...this.#found.values()]
      .sort((a, b) => a.line - b.line || a.column - b.column)
      .slice(0, MAX_PROBLEMS);
  }

  #add(where: () => Position, path: ProblemPath, message: string): void {
    if (this.#found.size >= MAX_FOUND) {
      return;
    }
    const { line, column } = where();
    const key = `${line}:${column}:${message}`;
    if (!this.#found.has(key)) {
      this.#found.set(key, { line, column, path: formatPath(path), message });
    }
  }
}
