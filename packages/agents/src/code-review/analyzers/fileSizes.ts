import type { Analyzer, AnalyzerFinding } from './Analyzer';

const MIB = 1024 * 1024;

/** Large by nature, and of use nowhere else. */
const LOCK_FILE =
  /(^|\/)(?:yarn\.lock|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|Cargo\.lock|poetry\.lock|uv\.lock|go\.sum|composer\.lock|Gemfile\.lock)$/;

function inMib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

/** Files that make a repository heavy: large ones, and new binary ones. */
export function createFileSizes(options: {
  /** Files beyond this are oversized. */
  oversizedBytes: number;
}): Analyzer {
  const { oversizedBytes } = options;
  return {
    name: 'file-sizes',

    applies: file => file.kind === 'file' && !LOCK_FILE.test(file.path),

    load: async () => ({
      run: ({ binary, oldSize, size, status }) => {
        const findings: AnalyzerFinding[] = [];
        if (size > oversizedBytes && oldSize <= oversizedBytes) {
          findings.push({
            severity: 'warning',
            rule: 'oversized',
            title: `The file is large: ${inMib(size)}`,
            message: `Files of more than ${inMib(oversizedBytes)} make every clone slower, for ever. Keep it somewhere else, or use Git LFS.`,
          });
        }
        if (binary && status === 'added' && size > 0) {
          findings.push({
            severity: 'notice',
            rule: 'binary',
            title: 'A binary file is added',
            message:
              'Nobody can read in a review what it holds. Is it meant to be here, and where does it come from?',
          });
        }
        return findings;
      },
    }),
  };
}
