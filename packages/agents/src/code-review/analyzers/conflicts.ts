import type { Analyzer, AnalyzerFinding } from './Analyzer';

/** Seven equals signs alone are a heading in several languages, and no proof. */
const MARKER = /^(?:<{7}|>{7}|\|{7})(?: .*)?\r?$/;

/** What a merge leaves behind when its conflicts are not resolved. */
export const conflicts: Analyzer = {
  name: 'conflicts',

  applies: file => file.kind === 'file' && !file.binary && file.linesAdded > 0,

  load: async () => ({
    run: ({ text = '' }) =>
      text.split('\n').flatMap((line, index): AnalyzerFinding[] =>
        MARKER.test(line)
          ? [
              {
                line: index + 1,
                severity: 'error',
                rule: 'conflict-marker',
                title: 'A merge conflict was not resolved',
                message: `The line begins with ${line.slice(0, 7)}, as a merge leaves it in a conflict.`,
              },
            ]
          : [],
      ),
  }),
};
