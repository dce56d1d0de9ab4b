/** Keys and indexes from the top of a document. */
export type ProblemPath = readonly PropertyKey[];

/** `spec.steps[2].needs`. */
export function formatPath(path: ProblemPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') {
      text += `[${step}]`;
    } else {
      text += text ? `.${String(step)}` : String(step);
    }
  }
  return text;
}
