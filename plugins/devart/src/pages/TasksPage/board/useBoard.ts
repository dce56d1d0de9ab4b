import {
  BOARD_COLUMNS,
  type BoardColumn,
  type TaskSummary,
} from '@devart/plugin-devart-common';
import { useState } from 'react';
import { useDevartApi } from '../../../api';
import { useLive, type Live } from '../../../live';
import { boardFilters, type TaskFilterValues } from '../taskFilters';
import { COLUMNS, type Board } from './boardModel';

const FIRST_ROWS = 20;
const MORE_ROWS = 50;
/** A column longer than this is better read as a list. */
export const MOST_ROWS = 200;

type Further = Partial<Record<BoardColumn, readonly TaskSummary[]>>;

/** The board with as many rows of each column as somebody has asked for. */
export function useBoard(filters: TaskFilterValues): {
  live: Live<{ board: Board; further: Further }>;
  rowsOf: (column: BoardColumn) => number;
  loadMore: (column: BoardColumn) => void;
} {
  const api = useDevartApi();
  const [rows, setRows] = useState<Partial<Record<BoardColumn, number>>>({});

  const live = useLive(
    {
      topics: ['task'],
      load: async signal => {
        const shared = boardFilters(filters);
        const [board, ...lists] = await Promise.all([
          api.tasks.board({ ...shared, limit: FIRST_ROWS }, { signal }),
          ...COLUMNS.map(async column => {
            const limit = rows[column];
            return limit === undefined
              ? undefined
              : api.tasks.list(
                  { ...shared, status: [...BOARD_COLUMNS[column]], limit },
                  { signal },
                );
          }),
        ]);
        const further = Object.fromEntries(
          COLUMNS.map((column, index) => [column, lists[index]?.items ?? []]),
        ) as Further;
        return { board, further };
      },
    },
    [api, filters, rows],
  );

  return {
    live,
    rowsOf: column => rows[column] ?? FIRST_ROWS,
    loadMore: column =>
      setRows(before => ({
        ...before,
        [column]: Math.min(
          MOST_ROWS,
          (before[column] ?? FIRST_ROWS) + MORE_ROWS,
        ),
      })),
  };
}
