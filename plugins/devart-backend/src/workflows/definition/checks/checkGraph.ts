import { nearest } from '../suggest';
import type { Outline, StepOutline } from './Outline';
import type { Problems } from './Problems';

/** Ids that stand twice, needs that are not there, and needs that go round in a circle. */
export function checkGraph(outline: Outline, problems: Problems): void {
  const seen = new Set<string>();
  for (const step of outline.steps) {
    if (step.id !== undefined) {
      if (seen.has(step.id)) {
        problems.atValue(
          ['spec', 'steps', step.index, 'id'],
          `another step has the id "${step.id}" already; ids of steps are unique`,
        );
      }
      seen.add(step.id);
    }
    checkNeeds(step, outline, problems);
  }
  for (const circle of outline.graph.circles()) {
    const { index } = outline.step(circle[0])!;
    problems.atValue(
      ['spec', 'steps', index, 'needs'],
      `needs go round in a circle: ${[...circle, circle[0]].join(' needs ')}`,
    );
  }
}

function checkNeeds(step: StepOutline, outline: Outline, problems: Problems) {
  const path = ['spec', 'steps', step.index, 'needs'];
  for (const [index, need] of step.needs.entries()) {
    const at = Array.isArray(step.raw.needs) ? [...path, index] : path;
    if (need === step.id) {
      problems.atValue(at, `"${need}" needs itself; name another step`);
    } else if (!outline.graph.has(need)) {
      problems.atValue(at, unknownStep(need, outline, step.id));
    }
  }
}

/** `there is no step "buld"; did you mean "build"?` */
export function unknownStep(
  id: string,
  outline: Outline,
  except?: string,
): string {
  const others = outline.steps.flatMap(step =>
    step.id !== undefined && step.id !== except ? [step.id] : [],
  );
  const dashed = others.find(other => other.startsWith(`${id}-`));
  if (dashed !== undefined) {
    return `there is no step "${id}"; write steps["${dashed}"] for an id with a dash`;
  }
  const meant = nearest(id, others);
  if (meant !== undefined) {
    return `there is no step "${id}"; did you mean "${meant}"?`;
  }
  return others.length > 0
    ? `there is no step "${id}"; there are ${others.slice(0, 20).join(', ')}`
    : `there is no step "${id}"`;
}
