import type { ScopeRoot } from '../RunScope';
import { SCOPES } from '../scopes';
import type { ProblemPath } from '../source/formatPath';
import { listOf, mapOf, type Outline, type StepOutline } from './Outline';

/** A text of a document in which expressions are evaluated. */
export interface ExpressionText {
  path: ProblemPath;
  text: string;
  roots: readonly ScopeRoot[];
  /** `condition`: an expression with or without `${{ }}`; of a step, it may ask how the steps before ended. */
  kind: 'template' | 'condition' | 'step-condition';
  /** The step it belongs to; the outputs of the run and triggers belong to none. */
  step?: StepOutline;
  /** Whether it is about what the step itself came to. */
  afterStep: boolean;
}

/** Parts of a step that are evaluated when it begins. */
const ACTIONS = ['name', 'task', 'operation', 'approval', 'workflow', 'http'];

/** Every text of a document in which expressions are evaluated. */
export function* expressionTexts(outline: Outline): Iterable<ExpressionText> {
  for (const step of outline.steps) {
    yield* textsOfStep(step);
  }
  const of = { roots: SCOPES.run, afterStep: false };
  yield* leaves(outline.spec.outputs, ['spec', 'outputs'], of);
  for (const [index, trigger] of listOf(outline.spec.triggers).entries()) {
    const raw = mapOf(trigger);
    const path = ['spec', 'triggers', index];
    const seen = { roots: SCOPES.trigger, afterStep: false };
    if (typeof raw?.if === 'string') {
      yield {
        ...seen,
        path: [...path, 'if'],
        text: raw.if,
        kind: 'condition',
      };
    }
    yield* leaves(raw?.parameters, [...path, 'parameters'], seen);
  }
}

function* textsOfStep(step: StepOutline): Iterable<ExpressionText> {
  const { raw, hasMatrix } = step;
  const path = ['spec', 'steps', step.index];
  const before = { step, afterStep: false };
  if (typeof raw.if === 'string') {
    yield {
      ...before,
      path: [...path, 'if'],
      text: raw.if,
      roots: SCOPES.run,
      kind: 'step-condition',
    };
  }
  const run = { ...before, roots: SCOPES.run };
  yield* leaves(raw.matrix, [...path, 'matrix'], run);
  const action = { ...before, roots: SCOPES.action(hasMatrix) };
  for (const key of ACTIONS) {
    yield* leaves(raw[key], [...path, key], action);
  }
  const wait = mapOf(raw.wait);
  yield* leaves(wait?.for, [...path, 'wait', 'for'], action);
  yield* leaves(wait?.until, [...path, 'wait', 'until'], action);
  const event = mapOf(wait?.event);
  yield* leaves(event?.topic, [...path, 'wait', 'event', 'topic'], action);
  if (typeof event?.if === 'string') {
    yield {
      ...before,
      path: [...path, 'wait', 'event', 'if'],
      text: event.if,
      roots: SCOPES.waitEvent(hasMatrix),
      kind: 'condition',
    };
  }
  yield* leaves(raw.compensate, [...path, 'compensate'], {
    ...action,
    afterStep: true,
  });
  yield* leaves(raw.outputs, [...path, 'outputs'], {
    ...before,
    roots: SCOPES.outputs(hasMatrix),
  });
}

/** The texts in a value that hold expressions. */
function* leaves(
  value: unknown,
  path: ProblemPath,
  of: Pick<ExpressionText, 'roots' | 'step' | 'afterStep'>,
): Iterable<ExpressionText> {
  if (typeof value === 'string') {
    if (value.includes('${{')) {
      yield { ...of, path, text: value, kind: 'template' };
    }
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield* leaves(item, [...path, index], of);
    }
  } else {
    for (const [key, item] of Object.entries(mapOf(value) ?? {})) {
      yield* leaves(item, [...path, key], of);
    }
  }
}
