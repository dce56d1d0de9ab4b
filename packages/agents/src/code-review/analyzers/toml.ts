import type { Analyzer } from './Analyzer';
import { brokeWith, isTextEndingIn, isVendored, withoutMark } from './files';

/** Whether TOML can be parsed. */
export const toml: Analyzer = {
  name: 'toml',

  applies: file =>
    isTextEndingIn(file, /\.toml$|(^|\/)(Pipfile|Cargo\.lock|poetry\.lock)$/) &&
    !isVendored(file.path),

  load: async () => {
    const { parse, TomlError } = await import('smol-toml');
    const errorIn = (text: string) => {
      try {
        parse(withoutMark(text));
        return undefined;
      } catch (error) {
        if (error instanceof TomlError) {
          return error;
        }
        throw error;
      }
    };

    return {
      run: file => {
        const error = file.text === undefined ? undefined : errorIn(file.text);
        if (!error || !brokeWith(file, old => errorIn(old) !== undefined)) {
          return [];
        }
        return [
          {
            line: Math.max(1, error.line),
            severity: 'error',
            rule: 'parse-error',
            title: 'The TOML cannot be parsed',
            // The rest repeats the text around the error.
            message: error.message.split('\n')[0],
            anywhere: true,
          },
        ];
      },
    };
  },
};
