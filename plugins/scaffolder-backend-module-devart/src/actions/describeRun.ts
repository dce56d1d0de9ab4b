import type { Run } from '@devart/plugin-devart-common';
import { literally } from './literally';

/** In one line, for people: where a run stands. */
export function describeRun(run: Run): string {
  const { steps, status, waitingFor } = run;
  if (status !== 'running') {
    return `It has ended: ${status}`;
  }
  const names = run.stepRuns
    .filter(step => step.status === 'running' || step.status === 'waiting')
    .map(({ name }) => name);
  const now = names.length > 0 ? `: ${[...new Set(names)].join(', ')}` : '';
  return `${steps.total - steps.open} of ${steps.total} steps have ended${now}${waitingFor ? ` (${waitingFor})` : ''}`;
}

/** What became of a run, in Markdown. */
export function describeRunOutcome(run: Run): string {
  const seconds =
    run.finishedAt &&
    (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000;
  const failed = run.stepRuns.filter(step => step.status === 'failed');
  const because = run.error ? `: ${literally(run.error)}` : '';
  return [
    `Run ${run.number} of ${literally(run.workflow.title)} ${run.workflow.version} ended as **${run.status}**${seconds === undefined ? '' : ` after ${Math.round(Number(seconds))} s`}${because}`,
    ...failed.map(
      ({ name, error }) =>
        `- ${literally(name)} failed${error ? `: ${literally(error)}` : ''}`,
    ),
  ].join('\n');
}
