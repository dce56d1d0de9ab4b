import type { OperationOutput, operations } from '@devart/plugin-devart-common';

/** What changed between two versions. */
export type WorkflowDiff = OperationOutput<typeof operations.workflows.diff>;

/** A line of a comparison. */
export type DiffLine = WorkflowDiff['lines'][number];

/** Lines to show, or how many that are the same were left out. */
export type FoldedLine = DiffLine | { kind: 'folded'; count: number };

/** Leaves out lines that are the same on both sides and further than `context` lines from a change. */
export function foldLines(
  lines: readonly DiffLine[],
  context: number,
): FoldedLine[] {
  const shown = new Array<boolean>(lines.length).fill(false);
  lines.forEach(({ kind }, index) => {
    if (kind !== 'same') {
      shown.fill(true, Math.max(0, index - context), index + context + 1);
    }
  });
  const folded: FoldedLine[] = [];
  for (const [index, line] of lines.entries()) {
    const last = folded.at(-1);
    if (shown[index]) {
      folded.push(line);
    } else if (last?.kind === 'folded') {
      last.count += 1;
    } else {
      folded.push({ kind: 'folded', count: 1 });
    }
  }
  return folded;
}
