import { APPROVAL_STATUSES } from '@devart/plugin-devart-common';
import {
  ApprovalInbox,
  ApprovalTable,
  useApprovalInbox,
  useApprovalPages,
} from '../../approvals';
import { allOr, ChoiceInput, EmptyState, ViewToggle } from '../../components';
import { APPROVAL_STATUS_WORDS } from '../../format';
import { EntityFilter, FilteredList, PageHead, useUrlFilters } from '../shared';

const PAGE_NAMES = ['view'] as const;
const NAMES = ['text', 'status', 'entityRef'] as const;
const VIEWS = [
  { value: 'mine', label: 'Waiting for you' },
  { value: 'all', label: 'All' },
] as const;
const STATUSES = allOr(
  APPROVAL_STATUSES,
  value => APPROVAL_STATUS_WORDS[value],
);

/** Requests for approval: those that wait for whoever is signed in, and all. */
export function ApprovalsPage() {
  const { filters, setFilters } = useUrlFilters(PAGE_NAMES);
  const view = filters.view === 'all' ? 'all' : 'mine';
  return (
    <>
      <PageHead
        title="Approvals"
        actions={
          <ViewToggle
            label="View"
            value={view}
            views={VIEWS}
            onChange={chosen =>
              setFilters({ view: chosen === 'all' ? 'all' : undefined })
            }
          />
        }
      />
      {view === 'mine' ? <Mine /> : <All />}
    </>
  );
}

function Mine() {
  return <ApprovalInbox pages={useApprovalInbox()} />;
}

function All() {
  const url = useUrlFilters(NAMES);
  const { filters, setFilters } = url;
  const { text, entityRef } = filters;
  const status = APPROVAL_STATUSES.find(each => each === filters.status);
  const pages = useApprovalPages({
    filters: { text, entityRef, status: status && [status] },
  });
  return (
    <FilteredList
      url={url}
      search={{ name: 'text', label: 'Search approvals' }}
      filters={
        <>
          <ChoiceInput
            label="Status"
            value={status ?? ''}
            choices={STATUSES}
            onChange={chosen => setFilters({ status: chosen })}
          />
          <EntityFilter
            value={entityRef}
            onChange={ref => setFilters({ entityRef: ref })}
          />
        </>
      }
      pages={pages}
      noMatch="No approval matches these filters"
      empty={
        <EmptyState
          title="Nothing has needed an approval yet"
          text="Agents ask for one before they do something that cannot be taken back; workflows have steps of type approval."
        />
      }
    >
      {items => <ApprovalTable label="Approvals" approvals={items} />}
    </FilteredList>
  );
}
