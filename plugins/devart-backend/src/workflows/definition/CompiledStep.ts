import {
  typeOfStep,
  type StepType,
  type WorkflowStep,
} from '@devart/plugin-devart-common';
import { Language } from './expressions/Language';
import { Template } from './expressions/Template';
import { at, TemplateTree } from './expressions/TemplateTree';
import type { ExpressionScope } from './expressions/Expression';
import { checkAction, type RenderedAction } from './RenderedAction';
import { SCOPES } from './scopes';

type Actions = Pick<WorkflowStep, StepType>;

/** An action whose texts are parsed. */
export class CompiledAction {
  readonly #type: StepType;
  readonly #tree: TemplateTree;
  /** What is never rendered: conditions are evaluated later, and some keys are spelt otherwise. */
  readonly #fixed: Record<string, unknown>;

  private constructor(
    type: StepType,
    tree: TemplateTree,
    fixed: Record<string, unknown>,
  ) {
    this.#type = type;
    this.#tree = tree;
    this.#fixed = fixed;
  }

  static compile(
    actions: Partial<Actions>,
    type: StepType,
    language: Language,
  ): CompiledAction {
    const { texts, fixed } = partsOf(actions, type);
    return new CompiledAction(
      type,
      TemplateTree.compile(texts, language),
      fixed,
    );
  }

  get references() {
    return this.#tree.references;
  }

  /** @throws ExpressionError with the path in the step. */
  render(scope: ExpressionScope): RenderedAction {
    const rendered = at(this.#type, () => this.#tree.render(scope));
    return checkAction({
      ...(rendered as Record<string, unknown>),
      ...this.#fixed,
      type: this.#type,
    });
  }
}

function partsOf(
  actions: Partial<Actions>,
  type: StepType,
): { texts: Record<string, unknown>; fixed: Record<string, unknown> } {
  switch (type) {
    case 'task': {
      const { type: taskType, ...texts } = actions.task!;
      return { texts, fixed: { taskType } };
    }
    case 'approval': {
      const { expiresIn, ...texts } = actions.approval!;
      return { texts, fixed: { expiresInMs: expiresIn } };
    }
    case 'wait':
      return partsOfWait(actions.wait!);
    default:
      return { texts: { ...actions[type] }, fixed: {} };
  }
}

function partsOfWait(wait: NonNullable<WorkflowStep['wait']>) {
  if (wait.event) {
    const { topic, if: condition } = wait.event;
    return { texts: { topic }, fixed: { kind: 'event', if: condition } };
  }
  return wait.until === undefined
    ? { texts: { ms: wait.for }, fixed: { kind: 'for' } }
    : { texts: { at: wait.until }, fixed: { kind: 'until' } };
}

/** A step whose expressions are parsed. */
export class CompiledStep {
  readonly action: CompiledAction;
  readonly compensation: CompiledAction | undefined;
  readonly name: TemplateTree;
  readonly condition: Template | undefined;
  readonly matrix: TemplateTree | undefined;
  readonly outputs: TemplateTree | undefined;

  private constructor(step: WorkflowStep) {
    const hasMatrix = step.matrix !== undefined;
    const ofAction = Language.of(SCOPES.action(hasMatrix));
    this.action = CompiledAction.compile(step, typeOfStep(step), ofAction);
    this.compensation =
      step.compensate && compensationOf(step.compensate, ofAction);
    this.name = TemplateTree.compile(step.name ?? step.id, ofAction);
    this.condition =
      step.if === undefined
        ? undefined
        : Template.parseCondition(step.if, Language.of(SCOPES.run, true))
            .template;
    this.matrix =
      step.matrix && TemplateTree.compile(step.matrix, Language.of(SCOPES.run));
    this.outputs =
      step.outputs &&
      TemplateTree.compile(
        step.outputs,
        Language.of(SCOPES.outputs(hasMatrix)),
      );
  }

  static compile(step: WorkflowStep): CompiledStep {
    return new CompiledStep(step);
  }
}

function compensationOf(
  compensate: NonNullable<WorkflowStep['compensate']>,
  language: Language,
): CompiledAction {
  const type = (['task', 'operation', 'http'] as const).find(
    kind => compensate[kind] !== undefined,
  )!;
  return CompiledAction.compile(compensate, type, language);
}
