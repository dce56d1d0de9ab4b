import { Language } from '../expressions/Language';
import { Template, type TemplateReference } from '../expressions/Template';
import { leavesSchema } from '../ParametersSchema';
import { RUN_KEYS, STEP_KEYS, TRIGGER_KEYS } from '../RunScope';
import { suggestion } from '../suggest';
import { unknownStep } from './checkGraph';
import { mapOf, type Outline, type StepOutline } from './Outline';
import type { Problems } from './Problems';
import { expressionTexts, type ExpressionText } from './texts';

/** The most expressions that a workflow may have. */
const MAX_EXPRESSIONS = 5000;

/** Everything about expressions that can be told before a run: syntax, names, kinds, and what is there by then. */
export function checkExpressions(outline: Outline, problems: Problems): void {
  let expressions = 0;
  for (const text of expressionTexts(outline)) {
    expressions += Math.max(1, text.text.split('${{').length - 1);
    if (expressions > MAX_EXPRESSIONS) {
      problems.atValue(
        text.path,
        `a workflow may have at most ${MAX_EXPRESSIONS} expressions`,
      );
      return;
    }
    const language = Language.of(text.roots, text.kind === 'step-condition');
    const parsed =
      text.kind === 'template'
        ? Template.parse(text.text, language)
        : Template.parseCondition(text.text, language);
    for (const problem of parsed.problems) {
      problems.inText(text.path, problem, problem.message);
    }
    for (const reference of parsed.template?.references ?? []) {
      const message = problemOf(reference, text, outline);
      if (message !== undefined) {
        problems.inText(text.path, reference, message);
      }
    }
  }
}

function problemOf(
  reference: TemplateReference,
  text: ExpressionText,
  outline: Outline,
): string | undefined {
  switch (reference.root) {
    case 'parameters':
      return undeclared(reference, outline);
    case 'run':
      return notIn(reference, 0, RUN_KEYS, 'run');
    case 'trigger':
      return notIn(reference, 0, TRIGGER_KEYS, 'trigger');
    case 'matrix':
      return notIn(
        reference,
        0,
        Object.keys(mapOf(text.step?.raw.matrix) ?? {}),
        'matrix',
      );
    case 'steps':
      return unreachable(reference, text, outline);
    default:
      return undefined;
  }
}

function undeclared(
  { path }: TemplateReference,
  outline: Outline,
): string | undefined {
  const left = leavesSchema(outline.parameters, path);
  if (!left) {
    return undefined;
  }
  const name = String(path[left.depth]);
  const of = ['parameters', ...path.slice(0, left.depth)].join('.');
  return `${of} declares no "${name}"${suggestion(name, left.declared, 'there are')}`;
}

function notIn(
  { path }: TemplateReference,
  depth: number,
  keys: readonly string[],
  of: string,
): string | undefined {
  const key = path[depth];
  return key === undefined || keys.includes(String(key))
    ? undefined
    : `${of} has no "${key}"${suggestion(String(key), keys, 'it has')}`;
}

function unreachable(
  reference: TemplateReference,
  text: ExpressionText,
  outline: Outline,
): string | undefined {
  const [id] = reference.path;
  if (typeof id !== 'string') {
    return 'steps needs the id of a step, written out: steps.<id>.outputs';
  }
  const step = outline.step(id);
  if (!step) {
    return unknownStep(id, outline);
  }
  if (text.step && !mayRead(text, step, outline)) {
    return id === text.step.id
      ? 'a step cannot read its own outputs before it has ended'
      : `step "${id}" may not have ended by then; add it to needs of "${text.step.id}"`;
  }
  return (
    notIn(reference, 1, STEP_KEYS, `steps.${id}`) ??
    unknownOutput(reference, step)
  );
}

function mayRead(
  text: ExpressionText,
  step: StepOutline,
  outline: Outline,
): boolean {
  const reader = text.step?.id;
  return (
    reader !== undefined &&
    (outline.graph.ancestors(reader).has(step.id!) ||
      (text.afterStep && reader === step.id))
  );
}

/** Outputs that a step lists are all it has; what others have is known when they end. */
function unknownOutput(
  reference: TemplateReference,
  step: StepOutline,
): string | undefined {
  const outputs = mapOf(step.raw.outputs);
  if (!outputs || step.hasMatrix || reference.path[1] !== 'outputs') {
    return undefined;
  }
  return notIn(reference, 2, Object.keys(outputs), `steps.${step.id}.outputs`);
}
