import { inputWords, type TaskStatus } from '@devart/plugin-devart-common';
import type { Transaction } from '../database/Transaction';
import { InvalidInputError } from '../operations/InvalidInputError';
import type { z } from 'zod';

/** A task that has come to its end. */
export interface EndedTask {
  id: string;
  organizationId: string;
  type: string;
}

/** What the control plane knows about tasks of one type. */
export interface TaskType {
  type: string;
  /** Only the control plane makes such tasks: the message for callers who try, saying how. */
  madeBy: string;
  /** What the output must look like for the task to succeed. */
  output: z.ZodType<Record<string, unknown>>;
  /** Part of the transaction in which such a task succeeds, with the rights of the control plane. */
  onSucceeded(
    tx: Transaction,
    task: EndedTask,
    output: Record<string, unknown>,
  ): Promise<void>;
  /** The same of a task that comes to another end. */
  onUnsuccessful(
    tx: Transaction,
    task: EndedTask,
    end: UnsuccessfulEnd,
  ): Promise<void>;
}

/** How a task ended that did not succeed. */
export interface UnsuccessfulEnd {
  status: TaskStatus;
  /** Why, where that is known. */
  error?: string;
}

/** The types of tasks that mean something to the control plane; all others are free. */
export class TaskTypes {
  readonly #types = new Map<string, TaskType>();

  register(type: TaskType): void {
    this.#types.set(type.type, type);
  }

  /** All of them. */
  names(): string[] {
    return [...this.#types.keys()];
  }

  /** @throws InvalidInputError when callers may not make tasks of the type themselves. */
  checkMayCreate(type: string): void {
    const known = this.#types.get(type);
    if (known) {
      throw new InvalidInputError([{ field: 'type', problem: known.madeBy }]);
    }
  }

  /** @throws InvalidInputError naming what of the output is not as its type demands. */
  checkOutput(
    type: string,
    output: Record<string, unknown>,
  ): Record<string, unknown> {
    const known = this.#types.get(type);
    if (!known) {
      return output;
    }
    const parsed = known.output.safeParse(output, { error: inputWords });
    if (!parsed.success) {
      throw new InvalidInputError(
        parsed.error.issues.slice(0, 20).map(issue => ({
          field: ['output', ...issue.path.map(String)].join('.'),
          problem: issue.message,
        })),
      );
    }
    return parsed.data;
  }

  async succeeded(
    tx: Transaction,
    task: EndedTask,
    output: Record<string, unknown>,
  ): Promise<void> {
    const known = this.#types.get(task.type);
    if (known) {
      await tx.elevated(() => known.onSucceeded(tx, task, output));
    }
  }

  async unsuccessful(
    tx: Transaction,
    task: EndedTask,
    end: UnsuccessfulEnd,
  ): Promise<void> {
    const known = this.#types.get(task.type);
    if (known) {
      await tx.elevated(() => known.onUnsuccessful(tx, task, end));
    }
  }
}
