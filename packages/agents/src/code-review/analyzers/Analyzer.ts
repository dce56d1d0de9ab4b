import type { FindingSeverity } from '@devart/plugin-devart-common';
import type { ChangedFile, ReviewedFile } from '../git/ChangedFile';

/** What an analyzer found in a file. */
export interface AnalyzerFinding {
  /** From 1; missing where the whole file is meant. */
  line?: number;
  endLine?: number;
  severity: FindingSeverity;
  rule: string;
  /** A short sentence. */
  title: string;
  /** What it means and what to do. */
  message: string;
  /** Counts although the change did not add the line, since the change caused it. */
  anywhere?: boolean;
}

/** An analyzer that is ready to work. */
export interface LoadedAnalyzer {
  /** The version of what does the work, where that is not the agent itself. */
  version?: string;
  /**
   * Looks at one file.
   *
   * @param conceal - takes a text that must not appear anywhere
   */
  run(
    file: ReviewedFile,
    conceal: (secret: string) => void,
  ): AnalyzerFinding[] | Promise<AnalyzerFinding[]>;
}

/**
 * Something that looks for one sort of problem. It runs in a thread of its own
 * with limits on time and memory, and is given texts: it has no business in
 * any file system.
 */
export interface Analyzer {
  name: string;
  /** Whether it has anything to do with a file. */
  applies(file: ChangedFile): boolean;
  /** Loads what it works with, which may take long. */
  load(): Promise<LoadedAnalyzer>;
}
