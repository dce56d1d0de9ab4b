import {
  BOARD_COLUMNS,
  isLegalMove,
  type BoardColumn,
  type OperationOutput,
  type operations,
  type TaskStatus,
  type TaskSummary,
} from '@devart/plugin-devart-common';

/** The columns from left to right. */
export const COLUMNS = Object.keys(BOARD_COLUMNS) as BoardColumn[];

/** What the control plane answers for the board. */
export type Board = OperationOutput<typeof operations.tasks.board>;

/** A column as it is shown. */
export interface ShownColumn {
  total: number;
  capped: boolean;
  tasks: TaskSummary[];
}

/** Moves that were made here and are not answered yet: the new status by task id. */
export type PendingMoves = ReadonlyMap<string, TaskStatus>;

const COLUMN_OF = new Map<TaskStatus, BoardColumn>(
  COLUMNS.flatMap(column =>
    BOARD_COLUMNS[column].map(status => [status, column] as const),
  ),
);

/** The column in which tasks of a status stand. */
export function columnOf(status: TaskStatus): BoardColumn {
  return COLUMN_OF.get(status)!;
}

/** Where a person may drop a task of this status inside a column. */
export function legalTargets(
  from: TaskStatus,
  column: BoardColumn,
): TaskStatus[] {
  return BOARD_COLUMNS[column].filter(to => isLegalMove(from, to));
}

/** Every status to which a person may move a task, in the order of the board. */
export function allLegalTargets(from: TaskStatus): TaskStatus[] {
  return COLUMNS.flatMap(column => legalTargets(from, column));
}

/** The board with further tasks below each column and moves under way already made. */
export function showBoard(options: {
  board: Board;
  further: Partial<Record<BoardColumn, readonly TaskSummary[]>>;
  moves: PendingMoves;
}): Record<BoardColumn, ShownColumn> {
  const { board, further, moves } = options;
  const shown = Object.fromEntries(
    COLUMNS.map(column => {
      const { total, capped, items } = board[column];
      const tasks = new Map(items.map(task => [task.id, task]));
      for (const task of further[column] ?? []) {
        if (!tasks.has(task.id)) {
          tasks.set(task.id, task);
        }
      }
      return [column, { total, capped, tasks: [...tasks.values()] }];
    }),
  ) as Record<BoardColumn, ShownColumn>;

  for (const column of COLUMNS) {
    for (const task of [...shown[column].tasks]) {
      const to = moves.get(task.id);
      if (to && to !== task.status) {
        shown[column].tasks = shown[column].tasks.filter(t => t !== task);
        shown[column].total -= 1;
        const target = shown[columnOf(to)];
        target.tasks = [{ ...task, status: to }, ...target.tasks];
        target.total += 1;
      }
    }
  }
  return shown;
}
