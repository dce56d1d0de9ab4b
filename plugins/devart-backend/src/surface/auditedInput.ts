/** Inputs whose content says more than an audit trail should hold. */
const SECRET_FIELDS = new Set(['token', 'key', 'password', 'credential']);
const LONG_FIELDS = new Set([
  'input',
  'output',
  'action',
  'edit',
  'description',
  'contentBase64',
  'lines',
]);
const MAX_TEXT = 500;

/** Id of what a call was about: what it names, or what it made. */
export function auditSubjectOf(
  input: Record<string, unknown> | undefined,
  output: unknown,
): string | undefined {
  if (typeof input?.id === 'string') {
    return input.id;
  }
  if (typeof output !== 'object' || output === null) {
    return undefined;
  }
  const made = output as {
    id?: unknown;
    agent?: { id?: unknown };
    enrolmentToken?: { id?: unknown };
  };
  const id = made.id ?? made.agent?.id ?? made.enrolmentToken?.id;
  return typeof id === 'string' ? id : undefined;
}

/** What was asked for, short and without secrets, and what came of it. */
export function auditDetailOf(
  input: Record<string, unknown> | undefined,
  error: unknown,
): Record<string, unknown> {
  const detail: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input ?? {})) {
    if (name === 'id' || value === undefined || SECRET_FIELDS.has(name)) {
      continue;
    }
    if (LONG_FIELDS.has(name)) {
      detail[name] = `${JSON.stringify(value).length} characters`;
    } else {
      detail[name] =
        typeof value === 'string' && value.length > MAX_TEXT
          ? `${value.slice(0, MAX_TEXT)}…`
          : value;
    }
  }
  if (error instanceof Error) {
    detail.error = error.message.replaceAll('\u0000', '').slice(0, MAX_TEXT);
  }
  return detail;
}
