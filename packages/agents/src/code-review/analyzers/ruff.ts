import type { Diagnostic } from '@astral-sh/ruff-wasm-nodejs';
import type { ReviewedFile } from '../git/ChangedFile';
import type { Analyzer, AnalyzerFinding } from './Analyzer';
import { brokeWith, isTextEndingIn, isVendored } from './files';

/** Mistakes and likely mistakes; no style. The newest syntax is accepted. */
const SETTINGS = {
  'target-version': 'py314',
  lint: { select: ['E7', 'E9', 'F', 'B', 'PLE', 'ASYNC'] },
};

/** Code that fails, or does something else than it says, when it runs. */
const MISTAKES = /^(?:E9|PLE|F5|F6|F7|F82|F83|B012|B018|B023)/;

const SYNTAX = 'invalid-syntax';

/** ruff, as WebAssembly, with rules of its own. */
export const ruff: Analyzer = {
  name: 'ruff',

  applies: file => isTextEndingIn(file, /\.pyi?$/) && !isVendored(file.path),

  load: async () => {
    const { PositionEncoding, Workspace } =
      await import('@astral-sh/ruff-wasm-nodejs');
    const workspace = new Workspace(SETTINGS, PositionEncoding.Utf16);
    const check = (text: string): Diagnostic[] => workspace.check(text);
    const isBroken = (text: string) =>
      check(text).some(({ code }) => code === SYNTAX);

    return {
      version: Workspace.version(),
      run: (file: ReviewedFile) => {
        if (file.text === undefined) {
          return [];
        }
        const diagnostics = check(file.text);
        const syntax = diagnostics.find(({ code }) => code === SYNTAX);
        if (syntax) {
          // Everything after the first is guesswork.
          return brokeWith(file, isBroken)
            ? [{ ...toFinding(syntax), rule: 'parse-error', anywhere: true }]
            : [];
        }
        return diagnostics.map(toFinding);
      },
    };
  },
};

function toFinding(diagnostic: Diagnostic): AnalyzerFinding {
  const { code, message, fix } = diagnostic;
  const rule = code ?? SYNTAX;
  const isSyntax = rule === SYNTAX;
  return {
    line: diagnostic.start_location.row,
    endLine: diagnostic.end_location.row,
    severity: isSyntax || MISTAKES.test(rule) ? 'error' : 'warning',
    rule,
    title: isSyntax ? 'The file cannot be parsed' : message,
    message: [
      message,
      ...(fix?.message ? [fix.message] : []),
      ...(isSyntax
        ? []
        : [`https://docs.astral.sh/ruff/rules/#${rule.toLowerCase()}`]),
    ].join('\n\n'),
  };
}
