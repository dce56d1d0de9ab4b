import { readFile } from 'node:fs/promises';
import { findReports } from './findReports';
import { parseJunit, type JunitReport } from './parseJunit';
import { parseTestOutput } from './parseTestOutput';
import { addCounts, MAX_FAILURES, type TestReport } from './TestCounts';

/** A file in JUnit's format. */
export interface JunitFile {
  text: string;
  report: JunitReport;
}

/**
 * How tests went: by the reports in JUnit's format that they wrote, else by
 * what they printed; undefined where neither says.
 */
export async function reportTests(options: {
  /** Where commands were told to write reports. */
  reports: string;
  project: string;
  since: number;
  output: string;
  maxFiles: number;
  maxBytes: number;
}): Promise<{ tests?: TestReport; files: JunitFile[] }> {
  const { reports, project, since, output, maxFiles, maxBytes } = options;
  const bounds = { since, max: maxFiles, maxBytes };
  const paths = [
    ...(await findReports({ folder: reports, all: true, ...bounds })),
    ...(await findReports({ folder: project, ...bounds })),
  ].slice(0, maxFiles);
  const files: JunitFile[] = [];
  for (const path of paths) {
    const text = await readFile(path, 'utf8');
    const report = parseJunit(text);
    if (report) {
      files.push({ text, report });
    }
  }
  if (files.length > 0) {
    const all = files.map(({ report }) => report);
    return {
      tests: {
        ...addCounts(all),
        source: 'junit',
        failures: all
          .flatMap(({ failures }) => failures)
          .slice(0, MAX_FAILURES),
      },
      files,
    };
  }
  const printed = parseTestOutput(output);
  return { tests: printed && { ...printed, source: 'output' }, files };
}
