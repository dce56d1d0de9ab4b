import type { LogLine } from '@devart/plugin-devart-common';
import { useRef } from 'react';
import { useDevartApi } from '../../../api';
import { useLive, type Live } from '../../../live';

const PAGE = 1000;
/** More lines than this slow the browser down; the older ones are dropped. */
const MOST_LINES = 5000;

/** The end of a task's log. */
export interface LogTail {
  lines: LogLine[];
  /** How many older lines are not here. */
  dropped: number;
}

/** Follows the log of a task: every load asks only for what came after the last line. */
export function useLogs(taskId: string): Live<LogTail> {
  const api = useDevartApi();
  const tail = useRef<LogTail>({ lines: [], dropped: 0 });

  return useLive<LogTail>(
    {
      topics: ['task'],
      id: taskId,
      load: async signal => {
        let more = true;
        while (more) {
          const { lines, dropped } = tail.current;
          const page = await api.tasks.readLogs(
            { id: taskId, afterSeq: lines.at(-1)?.seq ?? 0, limit: PAGE },
            { signal },
          );
          if (page.items.length > 0) {
            const all = [...lines, ...page.items];
            const excess = Math.max(0, all.length - MOST_LINES);
            tail.current = {
              lines: all.slice(excess),
              dropped: dropped + excess,
            };
          }
          more = page.more && page.items.length > 0;
        }
        return tail.current;
      },
    },
    [api, taskId],
  );
}
