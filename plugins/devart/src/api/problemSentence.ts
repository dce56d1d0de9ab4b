/** What is wrong with a field, as a sentence that stands below it. */
export function problemSentence(problem: string): string {
  const [first] = problem;
  return problem.startsWith('must ') || problem.startsWith('is needed')
    ? `${first.toUpperCase()}${problem.slice(1)}.`
    : `Not accepted: ${problem}.`;
}
