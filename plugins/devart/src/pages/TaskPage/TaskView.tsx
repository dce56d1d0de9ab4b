import { REVIEW_TASK_TYPE, type Task } from '@devart/plugin-devart-common';
import { TwoColumns } from '../../components';
import { ArtifactsPanel } from './artifacts';
import { DataPanel } from './DataPanel';
import { HistoryPanel } from './HistoryPanel';
import { LineagePanel } from './lineage';
import { LogsPanel } from './logs';
import { ReviewPanel } from './review';
import { TaskFacts } from './TaskFacts';
import { TaskHead } from './TaskHead';

/** A task with all that belongs to it. */
export function TaskView(props: { task: Task; reload: () => Promise<void> }) {
  const { task, reload } = props;
  // A review is shown as such; its data interest few.
  const isReview = task.type === REVIEW_TASK_TYPE;
  const hasInput = Object.keys(task.input).length > 0;
  return (
    <>
      <TaskHead task={task} reload={reload} />
      <TwoColumns
        main={
          <>
            {isReview && <ReviewPanel taskId={task.id} />}
            <LogsPanel taskId={task.id} isRunning={task.status === 'running'} />
            <LineagePanel task={task} />
            {task.output && (
              <DataPanel
                title="Output"
                isOpen={!isReview}
                value={task.output}
              />
            )}
            {hasInput && (
              <DataPanel title="Input" isOpen={!isReview} value={task.input} />
            )}
          </>
        }
        side={
          <>
            <TaskFacts task={task} />
            <ArtifactsPanel taskId={task.id} />
            <HistoryPanel taskId={task.id} />
          </>
        }
      />
    </>
  );
}
