import {
  MAX_WORKFLOW_STEPS,
  STEP_TYPES,
  type StepType,
} from '@devart/plugin-devart-common';
import { StepGraph } from '../StepGraph';

/** A map of a document whose shape is not known to be right. */
export type Loose = Record<string, unknown>;

/** A step as far as it can be made out. */
export interface StepOutline {
  index: number;
  id?: string;
  needs: string[];
  types: StepType[];
  hasMatrix: boolean;
  raw: Loose;
}

/** A value that is a map, or none. */
export function mapOf(value: unknown): Loose | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Loose)
    : undefined;
}

/** A value that is a list, or an empty one. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function textsOf(value: unknown): string[] {
  return (typeof value === 'string' ? [value] : listOf(value)).filter(
    item => typeof item === 'string',
  );
}

/**
 * What can be made out of a document even when parts of it have the wrong
 * shape, so that all its problems can be told at once.
 */
export class Outline {
  readonly name: string | undefined;
  readonly spec: Loose;
  readonly parameters: unknown;
  readonly steps: readonly StepOutline[];
  readonly graph: StepGraph;

  private constructor(document: unknown) {
    const root = mapOf(document) ?? {};
    const name = mapOf(root.metadata)?.name;
    this.name = typeof name === 'string' ? name : undefined;
    this.spec = mapOf(root.spec) ?? {};
    this.parameters = this.spec.parameters;
    this.steps = listOf(this.spec.steps).flatMap((step, index) => {
      const raw = mapOf(step);
      return raw ? [outlineOf(raw, index)] : [];
    });
    this.graph = StepGraph.of(
      this.steps.flatMap(({ id, needs }) => (id ? [{ id, needs }] : [])),
    );
  }

  /** Undefined when there are far too many steps to look at. */
  static of(document: unknown): Outline | undefined {
    const { steps } = mapOf(mapOf(document)?.spec) ?? {};
    return listOf(steps).length > MAX_WORKFLOW_STEPS
      ? undefined
      : new Outline(document);
  }

  step(id: string): StepOutline | undefined {
    return this.steps.find(step => step.id === id);
  }
}

function outlineOf(raw: Loose, index: number): StepOutline {
  return {
    index,
    id: typeof raw.id === 'string' ? raw.id : undefined,
    needs: textsOf(raw.needs),
    types: STEP_TYPES.filter(type => mapOf(raw[type])),
    hasMatrix: mapOf(raw.matrix) !== undefined,
    raw,
  };
}
