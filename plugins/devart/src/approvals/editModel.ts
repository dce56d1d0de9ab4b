/** Values that whoever approves may change. */
export type EditValues = Record<string, unknown>;

/** What is typed while somebody changes values. */
export type EditDraft =
  | { kind: 'fields'; fields: Record<string, string> }
  | { kind: 'json'; text: string };

/** Plain values get a field each; anything deeper is edited as JSON. */
export function draftOf(values: EditValues): EditDraft {
  const entries = Object.entries(values);
  return entries.every(([, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value),
  )
    ? {
        kind: 'fields',
        fields: Object.fromEntries(
          entries.map(([name, value]) => [name, String(value)]),
        ),
      }
    : { kind: 'json', text: JSON.stringify(values, undefined, 2) };
}

function readField(typed: string, before: unknown): unknown {
  switch (typeof before) {
    case 'number':
      return typed.trim() === '' ? NaN : Number(typed);
    case 'boolean':
      return typed === 'true';
    default:
      return typed;
  }
}

/**
 * The values that a draft stands for, each of the type it had; or what is
 * wrong, by field (`''` for JSON as a whole).
 */
export function readDraft(
  draft: EditDraft,
  before: EditValues,
): { values: EditValues } | { problems: Record<string, string> } {
  if (draft.kind === 'json') {
    try {
      const values: unknown = JSON.parse(draft.text);
      return values && typeof values === 'object' && !Array.isArray(values)
        ? { values: values as EditValues }
        : { problems: { '': 'This must be a JSON object.' } };
    } catch (error) {
      return {
        problems: { '': `This is not JSON: ${(error as Error).message}.` },
      };
    }
  }
  const values: EditValues = {};
  const problems: Record<string, string> = {};
  for (const [name, typed] of Object.entries(draft.fields)) {
    const value = readField(typed, before[name]);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      problems[name] = 'This must be a number.';
    }
    values[name] = value;
  }
  return Object.keys(problems).length > 0 ? { problems } : { values };
}
