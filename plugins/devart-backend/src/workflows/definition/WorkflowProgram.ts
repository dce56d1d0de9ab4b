import {
  typeOfStep,
  type SideEffect,
  type StepType,
  type WorkflowDocument,
  type WorkflowStep,
} from '@devart/plugin-devart-common';
import { InvalidInputError } from '../../operations/InvalidInputError';
import { CompiledStep } from './CompiledStep';
import { expandMatrix, type MatrixCombination } from './expandMatrix';
import { ExpressionError } from './expressions/ExpressionError';
import { kindOf } from './expressions/celValues';
import {
  CONDITION_FUNCTIONS,
  Language,
  type Conditions,
} from './expressions/Language';
import { Template, type TemplateReference } from './expressions/Template';
import { at, TemplateTree } from './expressions/TemplateTree';
import type { ExpressionScope } from './expressions/Expression';
import { textOf } from './expressions/textOf';
import { ParametersSchema } from './ParametersSchema';
import {
  isName,
  type RenderedAction,
  type RenderedCompensation,
} from './RenderedAction';
import type { RunScope, StepScope } from './RunScope';
import { SCOPES } from './scopes';
import { sideEffectOf } from './sideEffectOf';
import { StepGraph } from './StepGraph';

/** A step of a program. */
export interface ProgramStep {
  id: string;
  /** As it is written; see `WorkflowProgram.nameOf`. */
  name: string;
  type: StepType;
  needs: readonly string[];
  /** Steps that need this one directly. */
  dependents: readonly string[];
  sideEffect: SideEffect;
  /** How often the step is tried altogether. */
  maxAttempts: number;
  step: WorkflowStep;
}

/** The most conditions on events that are kept parsed. */
const MAX_CONDITIONS = 500;

const WAIT_SCOPE = SCOPES.waitEvent(true);

/**
 * A workflow that was checked, with everything parsed once. It has no state of
 * its own: the same scope always gives the same answer, so one program serves
 * every run of a version.
 */
export class WorkflowProgram {
  readonly document: WorkflowDocument;
  /** Every step after those that it needs. */
  readonly steps: readonly ProgramStep[];
  readonly #graph: StepGraph;
  readonly #compiled: ReadonlyMap<string, CompiledStep>;
  readonly #byId: ReadonlyMap<string, ProgramStep>;
  readonly #parameters: ParametersSchema;
  readonly #outputs: TemplateTree;
  readonly #triggers: readonly TemplateTree[];
  readonly #conditions = new Map<string, Template>();

  private constructor(document: WorkflowDocument) {
    const { spec } = document;
    this.document = document;
    this.#graph = StepGraph.of(spec.steps);
    this.#compiled = new Map(
      spec.steps.map(step => [step.id, CompiledStep.compile(step)]),
    );
    const byId = new Map(spec.steps.map(step => [step.id, step]));
    this.steps = this.#graph
      .order()
      .map(id => toProgramStep(byId.get(id)!, this.#graph));
    this.#byId = new Map(this.steps.map(step => [step.id, step]));
    this.#parameters = schemaOf(spec.parameters);
    this.#outputs = TemplateTree.compile(
      spec.outputs ?? {},
      Language.of(SCOPES.run),
    );
    this.#triggers = spec.triggers.map(trigger =>
      TemplateTree.compile(
        trigger.parameters ?? {},
        Language.of(SCOPES.trigger),
      ),
    );
  }

  /** @throws Error when the document is none that `parseWorkflow` answered. */
  static compile(document: WorkflowDocument): WorkflowProgram {
    return new WorkflowProgram(document);
  }

  step(stepId: string): ProgramStep | undefined {
    return this.#byId.get(stepId);
  }

  /** Every step that ends before the step begins. */
  ancestors(stepId: string): ReadonlySet<string> {
    return this.#graph.ancestors(stepId);
  }

  /**
   * The parameters of a run with the defaults of the schema put in.
   *
   * @throws InvalidInputError naming each parameter, as `parameters.<path>`,
   *   that is not as the schema says, or that is missing although some
   *   expression that every run evaluates reads it.
   */
  checkParameters(input: Record<string, unknown>): Record<string, unknown> {
    const parameters = this.#parameters.check(input);
    const missing = [...this.#certainParameters()].filter(
      ([name]) => parameters[name] === undefined,
    );
    if (missing.length > 0) {
      throw new InvalidInputError(
        missing.map(([name, reader]) => ({
          field: `parameters.${name}`,
          problem: `is missing; ${reader} needs it`,
        })),
      );
    }
    return parameters;
  }

  /**
   * Whether a step is done, once all that it needs has ended: its `if`, and
   * unless that asks `success()`, `failure()`, `always()` or `cancelled()`
   * itself, also `success()`.
   *
   * `success()`: every step it needs succeeded, or failed and may
   * (`continueOnError`). `failure()`: some step before it, near or far, failed
   * and may not. `cancelled()`: the run was cancelled, or a step before it.
   *
   * @throws ExpressionError when the condition cannot be evaluated or is neither true nor false.
   */
  shouldRun(stepId: string, scope: RunScope): boolean {
    const { condition } = this.#compiledStep(stepId);
    const conditions = this.#conditionsOf(stepId, scope);
    if (!condition) {
      return conditions.success;
    }
    const asksItself = CONDITION_FUNCTIONS.some(name => condition.calls(name));
    if (!asksItself && !conditions.success) {
      return false;
    }
    return at('if', () => truth(condition.render(scope, conditions)));
  }

  /** The combinations of a step's matrix; undefined for steps without one. */
  expandMatrix(
    stepId: string,
    scope: RunScope,
  ): MatrixCombination[] | undefined {
    const { matrix } = this.#compiledStep(stepId);
    if (!matrix) {
      return undefined;
    }
    const lists = at('matrix', () => matrix.render(scope));
    return expandMatrix(lists as Record<string, unknown>);
  }

  /** What people call a step, with values put in; as it is written when that cannot be done. */
  nameOf(stepId: string, scope: RunScope): string {
    const written = this.step(stepId)?.name ?? stepId;
    try {
      const name = textOf(this.#compiledStep(stepId).name.render(scope));
      return isName(name) ? name : written;
    } catch (error) {
      if (error instanceof ExpressionError) {
        return written;
      }
      throw error;
    }
  }

  /**
   * What a step does, with all values put in and held against the shape of the action.
   *
   * @throws ExpressionError with the path in the step.
   */
  renderAction(stepId: string, scope: RunScope): RenderedAction {
    return this.#compiledStep(stepId).action.render(scope);
  }

  /**
   * What takes a step back; undefined when nothing does. Its expressions see
   * the step itself under `steps`; of a step with a matrix there is a
   * compensation for each combination, for which `scope.matrix` and the
   * outputs of the step are those of the combination.
   */
  renderCompensation(
    stepId: string,
    scope: RunScope,
  ): RenderedCompensation | undefined {
    const { compensation } = this.#compiledStep(stepId);
    return at(
      'compensate',
      () => compensation?.render(scope) as RenderedCompensation | undefined,
    );
  }

  /** The outputs of a step: what its `outputs` make of the result, or the result. */
  outputsOf(stepId: string, scope: RunScope, result: unknown): unknown {
    const { outputs } = this.#compiledStep(stepId);
    return outputs
      ? at('outputs', () => outputs.render({ ...scope, result }))
      : result;
  }

  /** The outputs of the run; empty when it lists none. */
  runOutputs(scope: RunScope): Record<string, unknown> {
    return at('outputs', () => this.#outputs.render(scope)) as Record<
      string,
      unknown
    >;
  }

  /**
   * Whether an event is the one that is waited for: the `if` of a trigger
   * (without a scope) or of a wait (with the scope of its run). Without a
   * condition every event is.
   */
  eventMatches(
    expression: string | undefined,
    event: unknown,
    scope?: RunScope,
  ): boolean {
    if (expression === undefined) {
      return true;
    }
    const condition = this.#conditionOn(expression, scope !== undefined);
    return at('if', () => truth(condition.render({ ...scope, event })));
  }

  /**
   * The parameters that a trigger gives to the run it starts, not checked yet.
   *
   * @param index - Which of `spec.triggers`.
   * @param event - The event, the webhook's `{ headers, body }`, or of a schedule `{ at }`: the time that came due.
   */
  triggerParameters(index: number, event: unknown): Record<string, unknown> {
    const trigger = this.#triggers[index];
    return at('parameters', () =>
      trigger.render({ event } as ExpressionScope),
    ) as Record<string, unknown>;
  }

  #compiledStep(stepId: string): CompiledStep {
    const compiled = this.#compiled.get(stepId);
    if (!compiled) {
      throw new Error(
        `Workflow ${this.document.metadata.name} has no step ${stepId}`,
      );
    }
    return compiled;
  }

  #conditionsOf(stepId: string, scope: RunScope): Conditions {
    const ended = (id: string): StepScope | undefined =>
      Object.hasOwn(scope.steps, id) ? scope.steps[id] : undefined;
    const mayFail = (id: string) =>
      this.step(id)?.step.continueOnError ?? false;
    const before = [...this.#graph.ancestors(stepId)];
    return {
      success: this.#graph.needs(stepId).every(id => {
        const status = ended(id)?.status;
        return status === 'succeeded' || (status === 'failed' && mayFail(id));
      }),
      failure: before.some(
        id => ended(id)?.status === 'failed' && !mayFail(id),
      ),
      cancelled:
        scope.cancelled === true ||
        before.some(id => ended(id)?.status === 'cancelled'),
    };
  }

  #conditionOn(expression: string, ofWait: boolean): Template {
    const key = `${ofWait ? 'wait' : 'trigger'}:${expression}`;
    const known = this.#conditions.get(key);
    if (known) {
      return known;
    }
    const { template, problems } = Template.parseCondition(
      expression,
      Language.of(ofWait ? WAIT_SCOPE : SCOPES.trigger),
    );
    if (!template) {
      throw new ExpressionError(problems[0].message, 'if');
    }
    if (this.#conditions.size < MAX_CONDITIONS) {
      this.#conditions.set(key, template);
    }
    return template;
  }

  /** Parameters that every run reads, and what reads them first: steps with a condition, and those behind them, may be skipped. */
  #certainParameters(): Map<string, string> {
    const readers = new Map<string, string>();
    const add = (references: readonly TemplateReference[], reader: string) => {
      for (const { root, path, certain } of references) {
        const name = path[0];
        if (root === 'parameters' && certain && typeof name === 'string') {
          readers.set(name, readers.get(name) ?? reader);
        }
      }
    };
    for (const { id, step } of this.steps) {
      const all = [id, ...this.#graph.ancestors(id)];
      const compiled = this.#compiledStep(id);
      if (all.every(other => this.step(other)!.step.if === undefined)) {
        add(compiled.matrix?.references ?? [], `step "${id}"`);
        if (!step.matrix) {
          add(compiled.action.references, `step "${id}"`);
        }
      }
    }
    return readers;
  }
}

function toProgramStep(step: WorkflowStep, graph: StepGraph): ProgramStep {
  return {
    id: step.id,
    name: step.name ?? step.id,
    type: typeOfStep(step),
    needs: graph.needs(step.id),
    dependents: graph.dependents(step.id),
    sideEffect: sideEffectOf(step),
    maxAttempts: step.retry?.maxAttempts ?? 1,
    step,
  };
}

function schemaOf(schema: Record<string, unknown>): ParametersSchema {
  const parsed = ParametersSchema.parse(schema);
  if (!parsed.schema) {
    throw new Error(`Invalid parameters: ${parsed.problems[0].message}`);
  }
  return parsed.schema;
}

function truth(value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw new ExpressionError(`must be true or false, not ${kindOf(value)}`);
  }
  return value;
}
