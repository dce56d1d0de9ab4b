import {
  allOperations,
  typeOfStep,
  type SideEffect,
  type WorkflowStep,
} from '@devart/plugin-devart-common';

/**
 * What doing a step again means for the world, where the step does not say so
 * itself. Agents may get a task twice in any case, when one of them goes
 * silent, so a task counts as idempotent; whoever lets one reach out says
 * `external`.
 */
export function sideEffectOf(step: WorkflowStep): SideEffect {
  if (step.sideEffect) {
    return step.sideEffect;
  }
  switch (typeOfStep(step)) {
    case 'approval':
    case 'wait':
      return 'none';
    case 'task':
      return 'idempotent';
    case 'operation':
      return ofOperation(step.operation!.id);
    case 'http':
      return ofMethod(step.http!.method);
    default:
      return 'external';
  }
}

function ofOperation(id: string): SideEffect {
  const operation = allOperations.find(known => known.id === id);
  if (operation?.effect === 'read') {
    return 'none';
  }
  return operation?.idempotent ? 'idempotent' : 'external';
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-common-method-properties */
function ofMethod(method: string): SideEffect {
  if (method === 'GET' || method === 'HEAD') {
    return 'none';
  }
  return method === 'PUT' || method === 'DELETE' ? 'idempotent' : 'external';
}
