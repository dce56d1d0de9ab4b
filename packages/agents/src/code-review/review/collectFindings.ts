import {
  FINDING_SEVERITIES,
  proposedFindingSchema,
  type ProposedFinding,
} from '@devart/plugin-devart-common';
import type { AnalyzerRun } from '../analysis/runAnalyzer';
import type { AnalyzerFinding } from '../analyzers/Analyzer';
import { isAdded, type ReviewedFile } from '../git/ChangedFile';
import type { Redactor } from './Redactor';
import { tidyText } from './tidyText';

const MAX_LINE = 10_000_000;

function concerns(file: ReviewedFile, finding: AnalyzerFinding): boolean {
  return (
    finding.line === undefined ||
    finding.anywhere === true ||
    isAdded(file, finding.line)
  );
}

function propose(options: {
  tool: string;
  file: ReviewedFile;
  finding: AnalyzerFinding;
  redactor: Redactor;
  mayQuote: boolean;
}): ProposedFinding {
  const { tool, file, finding, redactor, mayQuote } = options;
  const { line, endLine, severity, rule, title, message } = finding;
  const text =
    line === undefined || !mayQuote
      ? undefined
      : file.text?.split('\n')[line - 1];
  const isQuotable = text !== undefined && !redactor.holdsSecret(text);
  return {
    path: file.path,
    line: line === undefined ? undefined : Math.min(line, MAX_LINE),
    endLine:
      endLine === undefined || line === undefined || endLine < line
        ? undefined
        : Math.min(endLine, MAX_LINE),
    severity,
    tool,
    rule: tidyText(rule, 200),
    title: tidyText(redactor.mask(title).split('\n')[0], 200),
    message: tidyText(redactor.mask(message), 4000),
    context: isQuotable ? tidyText(text.trimEnd(), 500) : undefined,
  };
}

function compare(a: ProposedFinding, b: ProposedFinding): number {
  return (
    FINDING_SEVERITIES.indexOf(a.severity) -
      FINDING_SEVERITIES.indexOf(b.severity) ||
    Number(a.path > b.path) - Number(a.path < b.path) ||
    (a.line ?? 0) - (b.line ?? 0)
  );
}

/** Findings in the shape in which they are proposed. */
export interface CollectedFindings {
  /** The most severe first, then by path and line; each once. */
  findings: ProposedFinding[];
  /** How many the contract has no room for, such as those about impossible paths. */
  impossible: number;
}

/** Brings together what analyzers found that concerns the change, without any secret. */
export function collectFindings(options: {
  runs: AnalyzerRun[];
  redactor: Redactor;
  /** Whether lines of a file may be repeated. */
  mayQuote: (file: ReviewedFile) => boolean;
}): CollectedFindings {
  const { runs, redactor, mayQuote } = options;
  const found = new Map<string, ProposedFinding>();
  let impossible = 0;
  for (const { name: tool, results } of runs) {
    for (const { file, findings } of results) {
      for (const finding of findings.filter(each => concerns(file, each))) {
        const parsed = proposedFindingSchema.safeParse(
          propose({ tool, file, finding, redactor, mayQuote: mayQuote(file) }),
        );
        if (!parsed.success) {
          impossible += 1;
          continue;
        }
        const { path, line, rule, title } = parsed.data;
        found.set(JSON.stringify([path, line, tool, rule, title]), parsed.data);
      }
    }
  }
  return { findings: [...found.values()].sort(compare), impossible };
}
