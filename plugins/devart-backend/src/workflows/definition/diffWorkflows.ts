import { isDeepStrictEqual } from 'node:util';
import type {
  WorkflowDocument,
  WorkflowStep,
} from '@devart/plugin-devart-common';
import { diffLines } from 'diff';

/** A version to compare. */
export interface ComparedWorkflow {
  document: WorkflowDocument;
  source: string;
}

/** What changed from one version to another: the answer of `workflows.diff`. */
export interface WorkflowDiff {
  from: string;
  to: string;
  steps: {
    id: string;
    change: 'added' | 'removed' | 'changed';
    /** For example `needs`, `task.title`. */
    fields: string[];
  }[];
  /** The other parts that changed, for example `parameters`. */
  fields: string[];
  lines: { kind: 'same' | 'added' | 'removed'; text: string }[];
}

/** Compares by meaning: the order of keys, of steps and of what a step needs says nothing. */
export function diffWorkflows(
  from: ComparedWorkflow,
  to: ComparedWorkflow,
): WorkflowDiff {
  return {
    from: from.document.spec.version,
    to: to.document.spec.version,
    steps: diffSteps(from.document.spec.steps, to.document.spec.steps),
    fields: [
      ...changedFields(
        from.document.metadata,
        to.document.metadata,
        'metadata.',
      ),
      ...changedFields(
        { ...from.document.spec, steps: undefined, version: undefined },
        { ...to.document.spec, steps: undefined, version: undefined },
      ),
    ],
    lines: diffSource(from.source, to.source),
  };
}

function diffSteps(
  from: readonly WorkflowStep[],
  to: readonly WorkflowStep[],
): WorkflowDiff['steps'] {
  const before = new Map(from.map(step => [step.id, step]));
  const after = new Set(to.map(({ id }) => id));
  const diff: WorkflowDiff['steps'] = [];
  for (const step of to) {
    const old = before.get(step.id);
    const fields = old ? changedStepFields(old, step) : [];
    if (!old) {
      diff.push({ id: step.id, change: 'added', fields });
    } else if (fields.length > 0) {
      diff.push({ id: step.id, change: 'changed', fields });
    }
  }
  for (const { id } of from) {
    if (!after.has(id)) {
      diff.push({ id, change: 'removed', fields: [] });
    }
  }
  return diff;
}

/** Keys of a step whose contents are compared one by one. */
const OPENED = new Set([
  'task',
  'operation',
  'approval',
  'wait',
  'workflow',
  'http',
  'retry',
]);

function changedStepFields(from: WorkflowStep, to: WorkflowStep): string[] {
  const old: Record<string, unknown> = {
    ...from,
    needs: [...from.needs].sort(),
  };
  const now: Record<string, unknown> = { ...to, needs: [...to.needs].sort() };
  return changedFields(old, now).flatMap(key =>
    OPENED.has(key) && old[key] && now[key]
      ? changedFields(old[key] as object, now[key] as object, `${key}.`)
      : [key],
  );
}

function changedFields(from: object, to: object, prefix = ''): string[] {
  const old = from as Record<string, unknown>;
  const now = to as Record<string, unknown>;
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter(key => !isDeepStrictEqual(old[key], now[key]))
    .map(key => `${prefix}${key}`)
    .sort();
}

/** Edits beyond which a source is shown as replaced: finding the fewest is quadratic. */
const MAX_EDITS = 5000;

function diffSource(from: string, to: string): WorkflowDiff['lines'] {
  const changes = diffLines(from, to, { maxEditLength: MAX_EDITS }) ?? [
    { value: from, removed: true, added: false },
    { value: to, removed: false, added: true },
  ];
  return changes.flatMap(({ value, added, removed }) =>
    value
      .replace(/\n$/, '')
      .split('\n')
      .map(text => ({ kind: kindOfChange(added, removed), text })),
  );
}

function kindOfChange(
  added: boolean,
  removed: boolean,
): 'same' | 'added' | 'removed' {
  if (added) {
    return 'added';
  }
  return removed ? 'removed' : 'same';
}
