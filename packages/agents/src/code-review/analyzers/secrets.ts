import { readFile } from 'node:fs/promises';
import type { SecretLintCoreConfig } from '@secretlint/types';
import type { Analyzer, AnalyzerFinding } from './Analyzer';
import { lineOf } from './files';

/** The rule that lets comments switch the others off: whoever adds a secret could add one. */
const COMMENTS = '@secretlint/secretlint-rule-filter-comments';

/** What a rule is called, for people: `secretlint-rule-aws` finds a secret of `aws`. */
function subjectOf(ruleId: string): string {
  return ruleId.replace(/^.*secretlint-rule-/, '');
}

const SUBJECTS: Record<string, string> = {
  aws: 'an AWS credential',
  basicauth: 'a user name with a password in a URL',
  'database-connection-string': 'a password in a database address',
  gcp: 'a Google Cloud credential',
  github: 'a GitHub token',
  gitlab: 'a GitLab token',
  npm: 'an npm token',
  openai: 'an OpenAI key',
  privatekey: 'a private key',
  slack: 'a Slack token',
};

/**
 * Secretlint's recommended rules. The comments with which it can be switched
 * off are not obeyed, and no secret is ever part of a finding.
 */
export const secrets: Analyzer = {
  name: 'secretlint',

  applies: file => !file.binary,

  load: async () => {
    const [{ lintSource }, { rules }] = await Promise.all([
      import('@secretlint/core'),
      import('@secretlint/secretlint-rule-preset-recommend'),
    ]);
    const config: SecretLintCoreConfig = {
      rules: rules
        .filter(({ meta }) => meta.id !== COMMENTS)
        .map(rule => ({ id: rule.meta.id, rule })),
    };
    const scan = async (path: string, text: string) => {
      const { messages } = await lintSource({
        source: {
          filePath: path,
          content: text,
          contentType: 'text',
          ext: /\.[^./]*$/.exec(path)?.[0] ?? '',
        },
        options: { config, noPhysicFilePath: true, maskSecrets: true },
      });
      return messages;
    };

    return {
      version: await secretlintVersion(),
      run: async (file, conceal) => {
        const { path, oldText = '', text = '' } = file;
        // What the change removes must not be repeated either.
        for (const { range } of await scan(path, oldText)) {
          conceal(oldText.slice(...range));
        }
        const messages = await scan(path, text);
        for (const { range } of messages) {
          conceal(text.slice(...range));
        }
        return messages.map(({ ruleId, range }): AnalyzerFinding => {
          const subject = subjectOf(ruleId);
          const what = SUBJECTS[subject] ?? `a secret (${subject})`;
          return {
            line: lineOf(text, range[0]),
            severity: 'error',
            rule: subject,
            title: `This looks like ${what}`,
            message:
              'Take it out of the change and replace it where it was issued: whoever can read the repository has it, also after it was deleted from a later commit.',
          };
        });
      },
    };
  },
};

async function secretlintVersion(): Promise<string> {
  const file = require.resolve('@secretlint/core/package.json');
  return JSON.parse(await readFile(file, 'utf8')).version;
}
