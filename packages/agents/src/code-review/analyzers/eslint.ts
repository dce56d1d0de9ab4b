import type { Linter, SourceCode } from 'eslint';
import type { ReviewedFile } from '../git/ChangedFile';
import type { Analyzer, AnalyzerFinding } from './Analyzer';
import { eslintRules, eslintSeverity } from './eslintRules';
import { brokeWith, isTextEndingIn, isVendored } from './files';

const JAVASCRIPT = /\.(?:js|jsx|mjs|cjs|ts|tsx|mts|cts)$/;
const TYPESCRIPT = /\.(?:ts|tsx|mts|cts)$/;
/** The newest syntax and JSX; TypeScript has `<T>x` only where JSX is not. */
const WITH_JSX = /\.(?:js|jsx|mjs|cjs|tsx)$/;

const MISLEADING = [
  'TSEnumMember',
  'TSMappedType',
  'TSModuleDeclaration',
  'TSTypeParameter',
];

/** What only describes other files. */
const DECLARATIONS = /\.d\.[cm]?ts$/;

/** Not JavaScript, though the files are called so. */
const FLOW = /^\s*(?:\/\/|\/\*+)[^\n]*@flow\b/m;

/**
 * ESLint with rules of its own. The configuration of the repository is never
 * read, since it is a program, and neither are comments that configure rules.
 */
export const eslint: Analyzer = {
  name: 'eslint',

  applies: file =>
    isTextEndingIn(file, JAVASCRIPT) &&
    !isVendored(file.path) &&
    !DECLARATIONS.test(file.path),

  load: async () => {
    const [{ Linter: LinterClass }, parser] = await Promise.all([
      import('eslint'),
      import('@typescript-eslint/parser'),
    ]);
    const linter = new LinterClass();

    const configFor = (path: string, isCheck: boolean): Linter.Config[] => [
      {
        files: ['**/*.*'],
        languageOptions: {
          parser: parser as Linter.Parser,
          parserOptions: { ecmaFeatures: { jsx: WITH_JSX.test(path) } },
        },
        linterOptions: {
          noInlineConfig: true,
          reportUnusedDisableDirectives: 'off',
        },
        rules: isCheck ? {} : eslintRules(TYPESCRIPT.test(path)),
      },
    ];
    const verify = (text: string, path: string, isCheck = false) =>
      // A name that fits the pattern: that of the file may hold anything.
      linter.verify(text, configFor(path, isCheck), {
        filename: `file${JAVASCRIPT.exec(path)![0]}`,
      });
    const isBroken = (file: ReviewedFile) => (text: string) =>
      verify(text, file.path, true).some(({ fatal }) => fatal);

    return {
      version: LinterClass.version,
      run: file => {
        if (file.text === undefined || FLOW.test(file.text.slice(0, 1000))) {
          return [];
        }
        return verify(file.text, file.path).flatMap(message => {
          if (message.fatal) {
            return brokeWith(file, isBroken(file))
              ? [parseFinding(message)]
              : [];
          }
          const isIdle =
            // Says that a comment was not obeyed.
            message.ruleId === null ||
            isKnownToMislead(linter.getSourceCode(), message) ||
            isAccepted(file, message);
          return isIdle ? [] : [toFinding(message)];
        });
      },
    };
  },
};

interface SyntaxNode {
  type: string;
  declare?: boolean;
  parent?: SyntaxNode;
}

/**
 * The rule knows JavaScript: to it, parameters of types, members of
 * enumerations and ambient declarations are variables that nobody uses.
 */
function isKnownToMislead(
  sourceCode: SourceCode,
  message: Linter.LintMessage,
): boolean {
  if (message.ruleId !== 'no-unused-vars') {
    return false;
  }
  let node: SyntaxNode | undefined =
    sourceCode.getNodeByRangeIndex(
      sourceCode.getIndexFromLoc({
        line: message.line,
        column: message.column - 1,
      }),
    ) ?? undefined;
  while (node) {
    if (node.declare || MISLEADING.includes(node.type)) {
      return true;
    }
    node = node.parent;
  }
  return false;
}

/**
 * Whether a comment beside or above the line names the rule, as people do who
 * have thought about it. Comments that switch off more, or that configure
 * rules, are not obeyed.
 */
function isAccepted(file: ReviewedFile, message: Linter.LintMessage): boolean {
  const lines = file.text?.split('\n') ?? [];
  const names = (line: string | undefined, directive: string) =>
    new RegExp(`${directive}\\s([^*]*)`)
      .exec(line ?? '')?.[1]
      .split(/\s--\s/)[0]
      .split(',')
      .some(rule => rule.trim().replace(/^.*\//, '') === message.ruleId);
  return Boolean(
    names(lines[message.line - 2], 'eslint-disable-next-line') ||
    names(lines[message.line - 1], 'eslint-disable-line'),
  );
}

function parseFinding(message: Linter.LintMessage): AnalyzerFinding {
  return {
    line: Math.max(1, message.line ?? 1),
    severity: 'error',
    rule: 'parse-error',
    title: 'The file cannot be parsed',
    message: message.message.replace(/^Parsing error:\s*/, ''),
    anywhere: true,
  };
}

function toFinding(message: Linter.LintMessage): AnalyzerFinding {
  const rule = message.ruleId ?? 'unknown';
  return {
    line: Math.max(1, message.line),
    endLine: message.endLine,
    severity: eslintSeverity(rule),
    rule,
    title: message.message,
    message: `${message.message}\n\nhttps://eslint.org/docs/latest/rules/${rule}`,
  };
}
