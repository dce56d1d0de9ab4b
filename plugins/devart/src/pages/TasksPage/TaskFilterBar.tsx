import {
  BOARD_COLUMNS,
  TASK_PRIORITIES,
  TASK_STATUSES,
} from '@devart/plugin-devart-common';
import { AgentInput, allOr, ChoiceInput } from '../../components';
import { COLUMN_WORDS, PRIORITY_WORDS, STATUS_WORDS } from '../../format';
import { EntityFilter, FilterBar, SearchInput } from '../shared';
import {
  countFilters,
  FILTER_NAMES,
  readStatuses,
  type TaskFilterValues,
} from './taskFilters';

const STOPPED = BOARD_COLUMNS.stopped.join(',');
const STATUSES: { value: string; label: string }[] = [
  ...allOr(TASK_STATUSES, value => STATUS_WORDS[value]),
  { value: STOPPED, label: `${COLUMN_WORDS.stopped}, in any way` },
];
const PRIORITIES = allOr(TASK_PRIORITIES, value => PRIORITY_WORDS[value]);

/** The choices, and what a link has chosen if that is none of them. */
function statusChoices(chosen: string | undefined) {
  if (!chosen || STATUSES.some(({ value }) => value === chosen)) {
    return STATUSES;
  }
  const label = readStatuses(chosen)
    .map(status => STATUS_WORDS[status])
    .join(', ');
  return [...STATUSES, { value: chosen, label: label || 'All' }];
}

/** Narrows the tasks that are shown. */
export function TaskFilterBar(props: {
  filters: TaskFilterValues;
  /** The board has its statuses as columns. */
  withStatus: boolean;
  onChange: (change: TaskFilterValues) => void;
}) {
  const { filters, withStatus, onChange } = props;

  return (
    <FilterBar
      first={
        <SearchInput
          label="Search tasks"
          value={filters.text}
          onChange={text => onChange({ text })}
        />
      }
      activeCount={countFilters({ ...filters, text: undefined })}
      onClear={() =>
        onChange(
          Object.fromEntries(FILTER_NAMES.map(name => [name, undefined])),
        )
      }
    >
      {withStatus && (
        <ChoiceInput
          label="Status"
          value={filters.status ?? ''}
          choices={statusChoices(filters.status)}
          onChange={status => onChange({ status })}
        />
      )}
      <ChoiceInput
        label="Priority"
        value={filters.priority ?? ''}
        choices={PRIORITIES}
        onChange={priority => onChange({ priority })}
      />
      <AgentInput
        label="Agent"
        value={filters.agentId}
        onChange={agentId => onChange({ agentId })}
      />
      <SearchInput
        label="Capability"
        value={filters.capability}
        onChange={capability => onChange({ capability })}
      />
      <EntityFilter
        value={filters.entityRef}
        onChange={entityRef => onChange({ entityRef })}
      />
    </FilterBar>
  );
}
