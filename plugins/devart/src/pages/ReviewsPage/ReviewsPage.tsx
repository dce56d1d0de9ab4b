import { PUBLISHING_STATES } from '@devart/plugin-devart-common';
import Button from '@material-ui/core/Button';
import { ChoiceInput, EmptyState } from '../../components';
import { HaltNotice } from '../../halt';
import { ReviewList } from '../../reviews';
import {
  EntityFilter,
  FilterBar,
  PageHead,
  SearchInput,
  useUrlFilters,
} from '../shared';

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
  const { filters, setFilters } = useUrlFilters(NAMES);
  const { repository, entityRef } = filters;
  const publishing = PUBLISHING_STATES.find(
    state => state === filters.publishing,
  );
  const others = [entityRef, publishing].filter(Boolean).length;
  const onClear = () =>
    setFilters({
      repository: undefined,
      entityRef: undefined,
      publishing: undefined,
    });

  return (
    <>
      <PageHead title="Reviews" />
      <HaltNotice />
      <FilterBar
        first={
          <SearchInput
            label="Repository"
            value={repository}
            onChange={text => setFilters({ repository: text })}
          />
        }
        activeCount={others}
        onClear={onClear}
      >
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
      </FilterBar>
      <ReviewList
        filters={{
          repository,
          entityRef,
          publishing: publishing && [publishing],
        }}
        empty={
          others > 0 || repository ? (
            <EmptyState
              title="No review matches these filters"
              action={
                <Button variant="outlined" size="small" onClick={onClear}>
                  Clear filters
                </Button>
              }
            />
          ) : (
            <EmptyState
              title="Nothing has been reviewed yet"
              text="Start the template “Review a change” under Create, or let GitHub send its pull requests here."
            />
          )
        }
      />
    </>
  );
}
