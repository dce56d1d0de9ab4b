import type { z } from 'zod';

type Issue = z.core.$ZodRawIssue;

const TYPES: Record<string, string> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a JSON object',
  record: 'a JSON object',
  string: 'text',
};

const FORMATS: Record<string, string> = {
  date: 'a day such as 2026-01-31',
  datetime: 'an instant with a time zone, such as 2026-01-31T12:00:00Z',
  uuid: 'an id such as 019a0000-0000-7000-8000-000000000000',
};

function wordsOfSize(
  issue: Extract<Issue, { code: 'too_small' | 'too_big' }>,
): string {
  const [limit, word] =
    issue.code === 'too_small'
      ? [issue.minimum, 'at least']
      : [issue.maximum, 'at most'];
  switch (issue.origin) {
    case 'string':
      return issue.code === 'too_small' && limit === 1
        ? 'must not be empty'
        : `must have ${word} ${limit} characters`;
    case 'array':
      return `must have ${word} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
    default:
      // The bound of every whole number, which nobody chose.
      return limit === Number.MAX_SAFE_INTEGER
        ? 'must be a smaller number'
        : `must be ${word} ${limit}`;
  }
}

/**
 * Says what a field must be, wherever a schema has no words of its own for it:
 * `schema.safeParse(input, { error: inputWords })`. The words follow the name
 * of the field, as in `title: must have at most 200 characters`.
 */
export const inputWords: z.core.$ZodErrorMap = issue => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) {
        return 'is needed';
      }
      return TYPES[issue.expected] && `must be ${TYPES[issue.expected]}`;
    case 'invalid_value':
      return issue.values.length === 1
        ? `must be ${String(issue.values[0])}`
        : `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      return FORMATS[issue.format] && `must be ${FORMATS[issue.format]}`;
    case 'invalid_key':
      return issue.issues[0]?.message;
    case 'too_small':
    case 'too_big':
      return wordsOfSize(issue);
    default:
      return undefined;
  }
};
