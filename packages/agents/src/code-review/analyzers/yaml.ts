import type { Analyzer } from './Analyzer';
import { brokeWith, isTextEndingIn, isVendored } from './files';

/** Templates that only become YAML when they are filled in. */
const TEMPLATE = /\{\{|\{%|<%/;

/** Whether YAML can be parsed, keys that occur twice included. */
export const yaml: Analyzer = {
  name: 'yaml',

  applies: file => isTextEndingIn(file, /\.ya?ml$/) && !isVendored(file.path),

  load: async () => {
    const { LineCounter, parseAllDocuments } = await import('yaml');
    const parse = (text: string) => {
      const lines = new LineCounter();
      const documents = parseAllDocuments(text, {
        lineCounter: lines,
        logLevel: 'silent',
        // The default repeats the text around the error.
        prettyErrors: false,
      });
      const errors = [...documents].flatMap(({ errors: found }) => found);
      return errors.map(error => ({
        line: Math.max(1, lines.linePos(error.pos[0]).line),
        rule: error.code.toLowerCase().replaceAll('_', '-'),
        message: error.message,
      }));
    };

    return {
      run: ({ text, ...file }) => {
        if (text === undefined || TEMPLATE.test(text)) {
          return [];
        }
        const [first] = parse(text);
        if (!first || !brokeWith(file, old => parse(old).length > 0)) {
          return [];
        }
        return [
          {
            ...first,
            severity: 'error',
            title: 'The YAML cannot be parsed',
            anywhere: true,
          },
        ];
      },
    };
  },
};
