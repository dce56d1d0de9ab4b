import type { StepNode } from '../graph';
import { money, STEP_TYPE_WORDS, timeTaken } from '../format';
import { matrixProgress, type StepGroup } from './groupSteps';

function detailsOf(group: StepGroup, now: number): string[] {
  const details: string[] = [];
  if (group.isMatrix) {
    details.push(matrixProgress(group));
  }
  if (group.items.every(({ reused }) => reused)) {
    details.push('taken over');
  }
  const time = timeTaken(group, now);
  if (time) {
    details.push(time);
  }
  if (group.costMicros > 0) {
    details.push(`cost ${money(group.costMicros)}`);
  }
  return details.length > 0 ? details : [STEP_TYPE_WORDS[group.type]];
}

/** The steps of a run for graph and list; `now` in milliseconds since 1970. */
export function stepNodes(
  groups: readonly StepGroup[],
  now: number,
): StepNode[] {
  return groups.map(group => ({
    id: group.id,
    name: group.name,
    type: group.type,
    needs: group.needs,
    compensates: group.compensates,
    status: group.status,
    waiting: group.waiting,
    details: detailsOf(group, now),
  }));
}
