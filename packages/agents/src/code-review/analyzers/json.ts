import type { ParseError } from 'jsonc-parser';
import type { Analyzer } from './Analyzer';
import {
  brokeWith,
  isTextEndingIn,
  isVendored,
  lineOf,
  withoutMark,
} from './files';

/** Files in which comments and trailing commas are usual. */
const WITH_COMMENTS =
  /\.jsonc$|\.code-workspace$|(^|\/)(tsconfig[^/]*|jsconfig[^/]*|\.eslintrc|\.babelrc|\.swcrc|babel\.config|api-extractor[^/]*|devcontainer|turbo|nx|angular|deno|language-configuration|renovate|biome|rush)\.json$|(^|\/)(\.vscode|\.devcontainer|common\/config\/rush)\//;

/** Whether JSON can be parsed. */
export const json: Analyzer = {
  name: 'json',

  applies: file =>
    isTextEndingIn(file, /\.(?:json|jsonc|code-workspace|webmanifest)$/) &&
    !isVendored(file.path),

  load: async () => {
    const { parse, printParseErrorCode } = await import('jsonc-parser');
    const errorsIn = (path: string, text: string): ParseError[] => {
      const lenient = WITH_COMMENTS.test(path);
      const errors: ParseError[] = [];
      parse(withoutMark(text), errors, {
        disallowComments: !lenient,
        allowTrailingComma: lenient,
        allowEmptyContent: lenient,
      });
      return errors;
    };

    return {
      run: file => {
        const { path, text } = file;
        if (text === undefined) {
          return [];
        }
        const [first] = errorsIn(path, text);
        if (!first || !brokeWith(file, old => errorsIn(path, old).length > 0)) {
          return [];
        }
        const code = printParseErrorCode(first.error);
        // InvalidCommentToken: "invalid comment token".
        const words = code.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
        return [
          {
            line: lineOf(withoutMark(text), first.offset),
            severity: 'error',
            rule: words.replaceAll(' ', '-'),
            title: 'The JSON cannot be parsed',
            message: `${words[0].toUpperCase()}${words.slice(1)}`,
            anywhere: true,
          },
        ];
      },
    };
  },
};
