import type { Run } from '@devart/plugin-devart-common';
import { useCallback, useMemo, useState } from 'react';
import { TwoColumns, useNow } from '../../components';
import { StepsPanel } from '../../graph';
import { groupSteps, RunTimeline, stepNodes, type StepGroup } from '../../runs';
import { useUrlFilters } from '../shared';
import { DataOfRun } from './DataOfRun';
import { RunFacts } from './RunFacts';
import { RunHead } from './RunHead';
import { StepPanel } from './StepPanel';

const NAMES = ['step', 'item'] as const;

/** The step that whoever opens a run most likely wants to see. */
function mostInteresting(groups: readonly StepGroup[]): string | undefined {
  const found = (['failed', 'waiting', 'running'] as const).flatMap(status =>
    groups.filter(group => group.status === status),
  );
  return (found[0] ?? groups[0])?.id;
}

/** A run with all that belongs to it. */
export function RunView(props: { run: Run; reload: () => Promise<void> }) {
  const { run, reload } = props;
  const now = useNow();
  const { filters, setFilters } = useUrlFilters(NAMES);
  const groups = useMemo(() => groupSteps(run.stepRuns), [run.stepRuns]);
  // Chosen once: what is shown must not change under the eyes of the reader.
  const [initial] = useState(() => mostInteresting(groups));
  const selected =
    groups.find(({ id }) => id === filters.step) ??
    groups.find(({ id }) => id === initial);
  const steps = useMemo(() => stepNodes(groups, now), [groups, now]);
  const select = useCallback(
    (step: string) => setFilters({ step, item: undefined }),
    [setFilters],
  );

  return (
    <>
      <RunHead run={run} groups={groups} reload={reload} />
      <StepsPanel
        title="Steps"
        steps={steps}
        selectedId={selected?.id}
        onSelect={select}
        timeline={
          <RunTimeline
            run={run}
            groups={groups}
            selectedId={selected?.id}
            onSelect={select}
          />
        }
      />
      <TwoColumns
        main={
          selected && (
            <StepPanel
              group={selected}
              chosenItem={filters.item}
              onChooseItem={item => setFilters({ step: selected.id, item })}
            />
          )
        }
        side={
          <>
            <RunFacts run={run} />
            <DataOfRun run={run} />
          </>
        }
      />
    </>
  );
}
