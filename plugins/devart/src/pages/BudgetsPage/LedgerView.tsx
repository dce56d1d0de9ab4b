import {
  entityRefSchema,
  idSchema,
  LEDGER_KINDS,
} from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import { useServiceDirectory } from '../../budgets';
import {
  AgentInput,
  allOr,
  ChoiceInput,
  EmptyState,
  TextInput,
} from '../../components';
import { instantOf, LEDGER_KIND_WORDS } from '../../format';
import {
  DownloadLedgerButton,
  LedgerTable,
  useLedgerPages,
} from '../../ledger';
import { useWorkflowDirectory } from '../../workflows';
import {
  EntityFilter,
  FilteredList,
  SearchInput,
  useUrlFilters,
} from '../shared';

const NAMES = [
  'model',
  'serviceId',
  'kind',
  'agentId',
  'team',
  'taskId',
  'runId',
  'workflowId',
  'entityRef',
  'since',
  'until',
] as const;
const KINDS = allOr(LEDGER_KINDS, value => LEDGER_KIND_WORDS[value]);

const useStyles = makeStyles(theme => ({
  actions: {
    display: 'flex',
    justifyContent: 'flex-end',
    marginBottom: theme.spacing(1),
  },
}));

interface Named {
  id: string;
  title: string;
}

function choicesOf(things: readonly Named[], chosen: string | undefined) {
  const choices = [
    { value: '', label: 'All' },
    ...things.map(({ id, title }) => ({ value: id, label: title })),
  ];
  return chosen && !things.some(({ id }) => id === chosen)
    ? [...choices, { value: chosen, label: 'One that is not listed' }]
    : choices;
}

/** Everything that was spent, with what narrows it. */
export function LedgerView() {
  const classes = useStyles();
  const url = useUrlFilters(NAMES);
  const { filters, setFilters } = url;
  const services = useServiceDirectory();
  const workflows = useWorkflowDirectory();
  const kind = LEDGER_KINDS.find(each => each === filters.kind);
  // What is half typed, or was typed into the address, narrows nothing.
  const idOf = (typed: string | undefined) => idSchema.safeParse(typed).data;
  const refOf = (typed: string | undefined) =>
    entityRefSchema.safeParse(typed).data;
  const narrowed = {
    model: filters.model,
    serviceId: idOf(filters.serviceId),
    kind: kind && [kind],
    agentId: idOf(filters.agentId),
    team: refOf(filters.team),
    taskId: idOf(filters.taskId),
    runId: idOf(filters.runId),
    workflowId: idOf(filters.workflowId),
    entityRef: refOf(filters.entityRef),
    from: instantOf(filters.since),
    to: instantOf(filters.until),
  };
  const pages = useLedgerPages({ filters: narrowed });

  return (
    <>
      <div className={classes.actions}>
        <DownloadLedgerButton filters={narrowed} />
      </div>
      <FilteredList
        url={url}
        search={{ name: 'model', label: 'Model' }}
        filters={
          <>
            <ChoiceInput
              label="Service"
              value={filters.serviceId ?? ''}
              choices={choicesOf(services, filters.serviceId)}
              onChange={serviceId => setFilters({ serviceId })}
            />
            <ChoiceInput
              label="Kind"
              value={kind ?? ''}
              choices={KINDS}
              onChange={chosen => setFilters({ kind: chosen })}
            />
            <AgentInput
              label="Agent"
              value={narrowed.agentId}
              onChange={agentId => setFilters({ agentId })}
            />
            <EntityFilter
              value={filters.entityRef}
              onChange={entityRef => setFilters({ entityRef })}
            />
            <EntityFilter
              label="Team"
              kinds={['Group']}
              value={filters.team}
              onChange={team => setFilters({ team })}
            />
            <ChoiceInput
              label="Workflow"
              value={filters.workflowId ?? ''}
              choices={choicesOf(workflows, filters.workflowId)}
              onChange={workflowId => setFilters({ workflowId })}
            />
            <SearchInput
              label="Id of the task"
              value={filters.taskId}
              onChange={taskId => setFilters({ taskId })}
            />
            <SearchInput
              label="Id of the run"
              value={filters.runId}
              onChange={runId => setFilters({ runId })}
            />
            <TextInput
              type="datetime-local"
              label="Since"
              InputLabelProps={{ shrink: true }}
              value={filters.since ?? ''}
              onChange={event => setFilters({ since: event.target.value })}
            />
            <TextInput
              type="datetime-local"
              label="Until"
              InputLabelProps={{ shrink: true }}
              value={filters.until ?? ''}
              onChange={event => setFilters({ until: event.target.value })}
            />
          </>
        }
        pages={pages}
        skeletonRows={8}
        noMatch="No entry matches these filters"
        empty={
          <EmptyState
            title="Nothing has been spent yet"
            text="Every charge of a service appears here, with who spent it and on what. Entries are never changed or removed."
          />
        }
      >
        {items => (
          <LedgerTable
            label="Ledger"
            entries={items}
            onCorrected={pages.reload}
          />
        )}
      </FilteredList>
    </>
  );
}
