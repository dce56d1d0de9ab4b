import { parseAmount } from '../format';
import { typedAmount } from '../budgets/limitFormModel';

/** Values that whoever approves may change. */
export type EditValues = Record<string, unknown>;

/** What is typed while somebody changes values. */
export type EditDraft =
  | { kind: 'fields'; fields: Record<string, string> }
  | { kind: 'json'; text: string };

/** Whether a value is money: its name says that it is counted in millionths. */
export function isAmount(name: string, value: unknown): value is number {
  return /.Micros$/.test(name) && Number.isSafeInteger(value);
}

/** Plain values get a field each; anything deeper is edited as JSON. */
export function draftOf(values: EditValues): EditDraft {
  const entries = Object.entries(values);
  return entries.every(([, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value),
  )
    ? {
        kind: 'fields',
        fields: Object.fromEntries(
          entries.map(([name, value]) => [
            name,
            isAmount(name, value) ? typedAmount(value) : String(value),
          ]),
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
        : { problems: { '': 'Must be a JSON object.' } };
    } catch (error) {
      return {
        problems: { '': `This is not JSON: ${(error as Error).message}.` },
      };
    }
  }
  const values: EditValues = {};
  const problems: Record<string, string> = {};
  for (const [name, typed] of Object.entries(draft.fields)) {
    if (isAmount(name, before[name])) {
      const parsed = parseAmount(typed);
      if ('problem' in parsed) {
        problems[name] = parsed.problem;
      } else {
        values[name] = parsed.micros;
      }
      continue;
    }
    const value = readField(typed, before[name]);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      problems[name] = 'Must be a number.';
    }
    values[name] = value;
  }
  return Object.keys(problems).length > 0 ? { problems } : { values };
}
