import {
  operations,
  type OperationInput,
  type Task,
  type TaskPriority,
} from '@devart/plugin-devart-common';
import { inputProblems } from '../api';

/** What the form for a task holds while somebody fills it in. */
export interface TaskForm {
  title: string;
  description: string;
  priority: TaskPriority;
  capabilities: string[];
  entityRef: string;
  /** As `<input type="datetime-local">` has it: local time without a zone. */
  runAfter: string;
  /** JSON, or nothing. */
  input: string;
}

/** What is wrong, by field. */
export type TaskFormProblems = Partial<Record<keyof TaskForm, string>>;

/** The fields in which the control plane takes them. */
export const TASK_FIELDS = [
  'title',
  'description',
  'priority',
  'capabilities',
  'entityRef',
  'runAfter',
  'input',
] as const satisfies readonly (keyof TaskForm)[];

export const EMPTY_TASK_FORM: TaskForm = {
  title: '',
  description: '',
  priority: 'medium',
  capabilities: [],
  entityRef: '',
  runAfter: '',
  input: '',
};

function toLocal(instant: string): string {
  const date = new Date(instant);
  const shifted = date.getTime() - date.getTimezoneOffset() * 60_000;
  return new Date(shifted).toISOString().slice(0, 16);
}

function toInstant(local: string): string | undefined {
  const at = Date.parse(local);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** The form as it stands for a task that is there. */
export function formOfTask(task: Task): TaskForm {
  return {
    title: task.title,
    description: task.description,
    priority: task.priority,
    capabilities: task.capabilities,
    entityRef: task.entityRef ?? '',
    runAfter: task.runAfter ? toLocal(task.runAfter) : '',
    input: '',
  };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && Boolean(value) && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** The input of `tasks.create` that a form without problems stands for. */
export function inputOfForm(
  form: TaskForm,
): OperationInput<typeof operations.tasks.create> {
  return {
    title: form.title,
    description: form.description,
    priority: form.priority,
    capabilities: form.capabilities,
    entityRef: form.entityRef.trim() || undefined,
    runAfter: form.runAfter ? toInstant(form.runAfter) : undefined,
    input: form.input.trim() ? JSON.parse(form.input) : undefined,
  };
}

/** Checks the form by the contract; empty when all is well. */
export function problemsOfForm(form: TaskForm): TaskFormProblems {
  const isReadable = form.input.trim() === '' || isJsonObject(form.input);
  const problems = inputProblems<keyof TaskForm>(
    operations.tasks.create.input,
    inputOfForm(isReadable ? form : { ...form, input: '' }),
  );
  if (form.title.trim() === '') {
    problems.title = 'Give the task a title.';
  }
  if (form.runAfter && !toInstant(form.runAfter)) {
    problems.runAfter = 'Must be a time before the year 10000.';
  }
  if (!isReadable) {
    problems.input = 'Must be a JSON object, such as { "name": "Ada" }.';
  }
  return problems;
}
