import { Cron } from 'croner';
import { validRange } from 'semver';
import { parseDuration } from '../../../time/parseDuration';
import type { ProblemPath } from '../source/formatPath';
import {
  listOf,
  mapOf,
  type Loose,
  type Outline,
  type StepOutline,
} from './Outline';
import type { Problems } from './Problems';

/** What the control plane knows that a workflow may name. */
export interface KnownNames {
  knowsOperation?: (id: string) => boolean;
}

/** As many triggers as a workflow may have. */
const MAX_TRIGGERS = 20;

/** Whatever the parts of a workflow say that has the right shape and still means nothing. */
export function checkActions(
  outline: Outline,
  known: KnownNames,
  problems: Problems,
): void {
  checkTimeout(outline.spec.timeout, ['spec', 'timeout'], problems);
  const triggers = listOf(outline.spec.triggers).slice(0, MAX_TRIGGERS);
  for (const [index, raw] of triggers.entries()) {
    checkTrigger(mapOf(raw) ?? {}, ['spec', 'triggers', index], problems);
  }
  for (const step of outline.steps) {
    checkStep(step, known, problems);
    checkWorkflowStep(step, outline, problems);
  }
}

function checkStep(step: StepOutline, known: KnownNames, problems: Problems) {
  const { raw } = step;
  const path = ['spec', 'steps', step.index];
  checkTimeout(raw.timeout, [...path, 'timeout'], problems);
  if (raw.maxParallel !== undefined && !step.hasMatrix) {
    problems.atKey(
      [...path, 'maxParallel'],
      'maxParallel is for steps with a matrix; add one or remove it',
    );
  }
  checkWaiting(step, path, problems);
  checkRetry(mapOf(raw.retry), [...path, 'retry'], problems);
  checkApproval(mapOf(raw.approval), [...path, 'approval'], problems);
  checkWait(mapOf(raw.wait), [...path, 'wait'], problems);
  checkOperation(mapOf(raw.operation), [...path, 'operation'], known, problems);
  const compensate = mapOf(raw.compensate);
  checkOperation(
    mapOf(compensate?.operation),
    [...path, 'compensate', 'operation'],
    known,
    problems,
  );
}

/** Approvals and waits do nothing to the world: there is nothing to try again or to take back. */
function checkWaiting(
  step: StepOutline,
  path: ProblemPath,
  problems: Problems,
) {
  const [type] = step.types;
  if (step.types.length !== 1 || (type !== 'approval' && type !== 'wait')) {
    return;
  }
  for (const key of ['compensate', 'retry'] as const) {
    if (step.raw[key] !== undefined) {
      problems.atKey(
        [...path, key],
        `a step of type ${type} has no ${key}; steps of type task, operation, workflow and http do`,
      );
    }
  }
}

function checkRetry(
  retry: Loose | undefined,
  path: ProblemPath,
  problems: Problems,
) {
  const delay = durationOf(retry?.delay);
  const maxDelay = durationOf(retry?.maxDelay);
  checkLength(retry?.delay, [...path, 'delay'], problems);
  checkLength(retry?.maxDelay, [...path, 'maxDelay'], problems);
  if (delay !== undefined && maxDelay !== undefined && delay > maxDelay) {
    problems.atValue(
      [...path, 'maxDelay'],
      'must not be shorter than delay, the first pause',
    );
  }
}

function checkApproval(
  approval: Loose | undefined,
  path: ProblemPath,
  problems: Problems,
) {
  if (!approval) {
    return;
  }
  checkTimeout(approval.expiresIn, [...path, 'expiresIn'], problems);
  if (approval.onExpiry === 'escalate' && approval.escalateTo === undefined) {
    problems.atValue(
      [...path, 'onExpiry'],
      'escalate needs escalateTo: the users and groups who are asked then',
    );
  }
  if (approval.escalateTo !== undefined && approval.onExpiry !== 'escalate') {
    problems.atKey(
      [...path, 'escalateTo'],
      'escalateTo is for onExpiry: escalate; add that or remove it',
    );
  }
}

function checkWait(
  wait: Loose | undefined,
  path: ProblemPath,
  problems: Problems,
) {
  checkLength(wait?.for, [...path, 'for'], problems);
  if (
    typeof wait?.until === 'string' &&
    !wait.until.includes('${{') &&
    !isInstant(wait.until)
  ) {
    problems.atValue(
      [...path, 'until'],
      'must be an instant in ISO 8601 such as 2026-07-01T09:00:00Z, or an expression',
    );
  }
  const event = mapOf(wait?.event);
  checkTopic(event?.topic, [...path, 'event', 'topic'], problems, true);
}

const INSTANT =
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Whether a text is an instant in ISO 8601 with a time zone. */
export function isInstant(text: string): boolean {
  return INSTANT.test(text) && !Number.isNaN(Date.parse(text));
}

const TOPIC = /^[a-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9][A-Za-z0-9_-]*)+$/;

/** Whether a text can be the topic of an event. */
export function isTopic(text: string): boolean {
  return TOPIC.test(text);
}

function checkTopic(
  topic: unknown,
  path: ProblemPath,
  problems: Problems,
  mayBeTemplate: boolean,
) {
  if (typeof topic !== 'string' || isTopic(topic)) {
    return;
  }
  if (!topic.includes('${{')) {
    problems.atValue(
      path,
      'must be the topic of an event such as task.succeeded, or one of your own such as custom.released',
    );
  } else if (!mayBeTemplate) {
    problems.atValue(
      path,
      'must be a topic written out; use if to look into the event',
    );
  }
}

function checkOperation(
  operation: Loose | undefined,
  path: ProblemPath,
  { knowsOperation }: KnownNames,
  problems: Problems,
) {
  const id = operation?.id;
  if (typeof id === 'string' && knowsOperation && !knowsOperation(id)) {
    problems.atValue(
      [...path, 'id'],
      `there is no operation "${id}"; the operations are those of the API, such as tasks.create`,
    );
  }
}

function checkWorkflowStep(
  step: StepOutline,
  outline: Outline,
  problems: Problems,
) {
  const workflow = mapOf(step.raw.workflow);
  const path = ['spec', 'steps', step.index, 'workflow'];
  if (
    typeof workflow?.version === 'string' &&
    (workflow.version.trim() === '' || validRange(workflow.version) === null)
  ) {
    problems.atValue(
      [...path, 'version'],
      'must be a version such as 1.2.0 or a range such as ^1.2.0',
    );
  }
  if (workflow?.name !== undefined && workflow.name === outline.name) {
    problems.atValue(
      [...path, 'name'],
      'a workflow cannot run itself; name another workflow',
    );
  }
}

function checkTrigger(trigger: Loose, path: ProblemPath, problems: Problems) {
  if (trigger.type === 'event') {
    checkTopic(trigger.topic, [...path, 'topic'], problems, false);
  }
  if (trigger.type !== 'schedule') {
    return;
  }
  const timezone =
    trigger.timezone === undefined ? 'UTC' : String(trigger.timezone);
  if (!isTimeZone(timezone)) {
    problems.atValue(
      [...path, 'timezone'],
      'must be a time zone of the IANA database such as Europe/Berlin',
    );
  } else if (typeof trigger.cron === 'string') {
    const problem = cronProblem(trigger.cron, timezone);
    if (problem) {
      problems.atValue([...path, 'cron'], problem);
    }
  }
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

/** From here on a schedule must come due at some time; a fixed day keeps the answer the same every day. */
const SCHEDULES_FROM = new Date('2024-01-01T00:00:00Z');

function cronProblem(pattern: string, timezone: string): string | undefined {
  try {
    const cron = new Cron(pattern, { mode: '5-part', paused: true, timezone });
    return cron.nextRun(SCHEDULES_FROM) === null
      ? 'never comes due; no day is like that'
      : undefined;
  } catch (error) {
    const reason = (error as Error).message.replace(/^CronPattern: /, '');
    return `must be five fields: minute, hour, day of month, month, day of week, such as 0 6 * * 1-5 (${reason})`;
  }
}

function durationOf(value: unknown): number | undefined {
  if (typeof value !== 'string') {
    return undefined;
  }
  try {
    return parseDuration(value);
  } catch {
    return undefined;
  }
}

/** Durations that the shape accepts and that are too long to be meant. */
function checkLength(value: unknown, path: ProblemPath, problems: Problems) {
  if (typeof value !== 'string' || value.includes('${{')) {
    return;
  }
  try {
    parseDuration(value);
  } catch (error) {
    const { message } = error as Error;
    if (message.includes('longer')) {
      problems.atValue(path, message);
    }
  }
}

function checkTimeout(value: unknown, path: ProblemPath, problems: Problems) {
  checkLength(value, path, problems);
  if (durationOf(value) === 0) {
    problems.atValue(path, 'must be longer than zero');
  }
}
