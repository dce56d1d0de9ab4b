import {
  TASK_PRIORITIES,
  TASK_STATUSES,
  type Agent,
} from '@devart/plugin-devart-common';
import { ChoiceInput } from '../../components';
import { useAgentDirectory } from '../../directory';
import { PRIORITY_WORDS, STATUS_WORDS } from '../../format';
import { EntityFilter, FilterBar, SearchInput } from '../shared';
import {
  countFilters,
  FILTER_NAMES,
  type TaskFilterValues,
} from './taskFilters';

const STATUSES = [
  { value: '', label: 'All' },
  ...TASK_STATUSES.map(value => ({ value, label: STATUS_WORDS[value] })),
];
const PRIORITIES = [
  { value: '', label: 'All' },
  ...TASK_PRIORITIES.map(value => ({ value, label: PRIORITY_WORDS[value] })),
];

function choicesOf(agents: readonly Agent[], chosen: string | undefined) {
  const choices = [
    { value: '', label: 'All' },
    ...agents.map(agent => ({ value: agent.id, label: agent.name })),
  ];
  if (chosen && !choices.some(choice => choice.value === chosen)) {
    choices.push({ value: chosen, label: 'An agent that is gone' });
  }
  return choices;
}

/** Narrows the tasks that are shown. */
export function TaskFilterBar(props: {
  filters: TaskFilterValues;
  /** The board has its statuses as columns. */
  withStatus: boolean;
  onChange: (change: TaskFilterValues) => void;
}) {
  const agents = useAgentDirectory();
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
          choices={STATUSES}
          onChange={status => onChange({ status })}
        />
      )}
      <ChoiceInput
        label="Priority"
        value={filters.priority ?? ''}
        choices={PRIORITIES}
        onChange={priority => onChange({ priority })}
      />
      <ChoiceInput
        label="Agent"
        value={filters.agentId ?? ''}
        choices={choicesOf(agents, filters.agentId)}
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
