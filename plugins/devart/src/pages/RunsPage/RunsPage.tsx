import { RUN_STATUSES, RUN_TRIGGERS } from '@devart/plugin-devart-common';
import { allOr, ChoiceInput, EmptyState } from '../../components';
import { RUN_STATUS_WORDS, RUN_TRIGGER_WORDS } from '../../format';
import { HaltNotice } from '../../halt';
import { Link, useLinks } from '../../navigation';
import { RunTable, useRunPages } from '../../runs';
import { RunWorkflowButton, useWorkflowDirectory } from '../../workflows';
import { EntityFilter, FilteredList, PageHead, useUrlFilters } from '../shared';

const NAMES = [
  'startedBy',
  'status',
  'workflowId',
  'trigger',
  'entityRef',
] as const;
const STATUSES = allOr(RUN_STATUSES, value => RUN_STATUS_WORDS[value]);
const TRIGGERS = allOr(RUN_TRIGGERS, value => RUN_TRIGGER_WORDS[value]);

/** Runs of all workflows. */
export function RunsPage() {
  const links = useLinks();
  const url = useUrlFilters(NAMES);
  const { filters, setFilters } = url;
  const { startedBy, workflowId, entityRef } = filters;
  const status = RUN_STATUSES.find(each => each === filters.status);
  const trigger = RUN_TRIGGERS.find(each => each === filters.trigger);
  const workflows = useWorkflowDirectory();
  const pages = useRunPages({
    filters: {
      startedBy,
      workflowId,
      entityRef,
      status: status && [status],
      trigger: trigger && [trigger],
    },
  });
  const choices = [
    { value: '', label: 'All' },
    ...workflows.map(({ id, title }) => ({ value: id, label: title })),
  ];
  if (workflowId && !workflows.some(({ id }) => id === workflowId)) {
    choices.push({ value: workflowId, label: 'One that is not listed' });
  }

  return (
    <>
      <PageHead
        title="Runs"
        actions={<RunWorkflowButton variant="contained" />}
      />
      <HaltNotice />
      <FilteredList
        url={url}
        search={{ name: 'startedBy', label: 'Started by' }}
        filters={
          <>
            <ChoiceInput
              label="Status"
              value={status ?? ''}
              choices={STATUSES}
              onChange={chosen => setFilters({ status: chosen })}
            />
            <ChoiceInput
              label="Workflow"
              value={workflowId ?? ''}
              choices={choices}
              onChange={chosen => setFilters({ workflowId: chosen })}
            />
            <ChoiceInput
              label="Trigger"
              value={trigger ?? ''}
              choices={TRIGGERS}
              onChange={chosen => setFilters({ trigger: chosen })}
            />
            <EntityFilter
              value={entityRef}
              onChange={chosen => setFilters({ entityRef: chosen })}
            />
          </>
        }
        pages={pages}
        skeletonRows={8}
        noMatch="No run matches these filters"
        empty={
          <EmptyState
            title="Nothing has run yet"
            text={
              <>
                Runs start from a form here, from a template, on a schedule, by
                a webhook or an event. See{' '}
                <Link to={links.workflows()}>the workflows</Link>.
              </>
            }
          />
        }
      >
        {items => <RunTable label="Runs" runs={items} />}
      </FilteredList>
    </>
  );
}
