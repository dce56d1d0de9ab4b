import type { Notice } from '../../notices/Notice';
import type { DueRun } from './RunNoticeStore';

/** Of more steps than this only the number is told. */
const MAX_STEPS = 5;

/**
 * What to tell of a run that failed: which, and at what. Not why: what steps
 * answer may hold what is not for every channel, and stands on the run's page.
 *
 * @param to - users and groups
 */
export function noticesOfRun(run: DueRun, to: string[]): Notice[] {
  if (to.length === 0) {
    return [];
  }
  const name = `${run.workflow_title} #${run.number}`;
  return [
    {
      to,
      except: [],
      payload: {
        title:
          run.status === 'failed'
            ? `${name} failed`
            : `${name} came to its end with failures`,
        description: [
          ...(run.entity_ref ? [`It is about ${run.entity_ref}.`] : []),
          ...(run.failed_steps.length > 0
            ? [stepsInWords(run.failed_steps)]
            : []),
          'Why is on the page of the run.',
        ].join(' '),
        link: `/devart/runs/${run.id}`,
        severity: run.status === 'failed' ? 'high' : 'normal',
        topic: 'run-failed',
        scope: `run-failed:${run.id}`,
      },
    },
  ];
}

function stepsInWords(steps: string[]): string {
  if (steps.length > MAX_STEPS) {
    return `${steps.length} steps failed.`;
  }
  return steps.length === 1
    ? `Step ${steps[0]} failed.`
    : `Steps ${steps.slice(0, -1).join(', ')} and ${steps.at(-1)} failed.`;
}
