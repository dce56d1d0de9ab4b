import { PUBLISHING_STATES } from '@devart/plugin-devart-common';
import { ChoiceInput, EmptyState } from '../../components';
import { HaltNotice } from '../../halt';
import { ReviewTable, useReviewPages } from '../../reviews';
import { EntityFilter, FilteredList, PageHead, useUrlFilters } from '../shared';

const NAMES = ['repository', 'entityRef', 'publishing'] as const;

const PUBLISHING: { value: string; label: string }[] = [
  { value: '', label: 'All' },
  { value: 'none', label: 'Only here' },
  { value: 'pending', label: 'On its way' },
  { value: 'published', label: 'Published' },
  { value: 'failed', label: 'Publishing failed' },
];

/** Reviews of changes. */
export function ReviewsPage() {
  const url = useUrlFilters(NAMES);
  const { filters, setFilters } = url;
  const { repository, entityRef } = filters;
  const publishing = PUBLISHING_STATES.find(
    state => state === filters.publishing,
  );
  const pages = useReviewPages({
    filters: {
      repository,
      entityRef,
      publishing: publishing && [publishing],
    },
  });

  return (
    <>
      <PageHead title="Reviews" />
      <HaltNotice />
      <FilteredList
        url={url}
        search={{ name: 'repository', label: 'Repository' }}
        filters={
          <>
            <EntityFilter
              value={entityRef}
              onChange={ref => setFilters({ entityRef: ref })}
            />
            <ChoiceInput
              label="Published"
              value={publishing ?? ''}
              choices={PUBLISHING}
              onChange={state => setFilters({ publishing: state })}
            />
          </>
        }
        pages={pages}
        noMatch="No review matches these filters"
        empty={
          <EmptyState
            title="Nothing has been reviewed yet"
            text="Start the template “Review a change” under Create, or let GitHub send its pull requests here."
          />
        }
      >
        {items => <ReviewTable reviews={items} />}
      </FilteredList>
    </>
  );
}
