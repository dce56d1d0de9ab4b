import {
  typeOfStep,
  type WorkflowDocument,
  type WorkflowGraphStep,
  type WorkflowStep,
} from '@devart/plugin-devart-common';
import { sideEffectOf } from './sideEffectOf';

/** The steps of a workflow as its graph shows them. */
export function graphOf(document: WorkflowDocument): WorkflowGraphStep[] {
  return document.spec.steps.map(step => ({
    id: step.id,
    name: step.name ?? step.id,
    type: typeOfStep(step),
    needs: step.needs,
    if: step.if,
    hasMatrix: step.matrix !== undefined,
    sideEffect: sideEffectOf(step),
    compensates: step.compensate !== undefined,
    continueOnError: step.continueOnError,
    capabilities: step.task?.capabilities ?? [],
    summary: summaryOf(step),
  }));
}

/** What a step does, in a few words. */
function summaryOf(step: WorkflowStep): string {
  if (step.task) {
    return step.task.title;
  }
  if (step.operation) {
    return step.operation.id;
  }
  if (step.approval) {
    return step.approval.title;
  }
  if (step.workflow) {
    const { name, version } = step.workflow;
    return version ? `${name} ${version}` : name;
  }
  if (step.http) {
    return `${step.http.method} ${step.http.url}`;
  }
  return summaryOfWait(step.wait!);
}

function summaryOfWait(wait: NonNullable<WorkflowStep['wait']>): string {
  if (wait.event) {
    return `until ${wait.event.topic}`;
  }
  return wait.until === undefined ? `for ${wait.for}` : `until ${wait.until}`;
}
