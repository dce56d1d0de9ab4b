import Button from '@material-ui/core/Button';
import type { ReactNode } from 'react';
import { EmptyState, PagedList } from '../../components';
import type { LivePages } from '../../live';
import { FilterBar } from './FilterBar';
import { SearchInput } from './SearchInput';
import type { UrlFilters } from './useUrlFilters';

/**
 * A list with what narrows it: a search that is always there, other filters,
 * the rows, and what to say when there are none.
 */
export function FilteredList<T, N extends string>(props: {
  url: UrlFilters<N>;
  /** The filter that is always in sight. */
  search: { name: N; label: string };
  /** The fields of the other filters. */
  filters?: ReactNode;
  pages: LivePages<T>;
  skeletonRows?: number;
  /** Said when the filters leave nothing, such as `No agent matches these filters`. */
  noMatch: string;
  /** Takes the place of a list that has no rows even without filters. */
  empty: ReactNode;
  children: (items: readonly T[]) => ReactNode;
}) {
  const { url, search, filters, pages, skeletonRows, noMatch, children } =
    props;
  const isSearching = url.filters[search.name] !== undefined;
  const others = url.activeCount - (isSearching ? 1 : 0);
  return (
    <>
      <FilterBar
        first={
          <SearchInput
            label={search.label}
            value={url.filters[search.name]}
            onChange={typed =>
              url.setFilters({ [search.name]: typed } as Partial<
                Record<N, string | undefined>
              >)
            }
          />
        }
        activeCount={others}
        onClear={url.clear}
      >
        {filters}
      </FilterBar>
      <PagedList
        pages={pages}
        skeletonRows={skeletonRows}
        empty={
          url.activeCount > 0 ? (
            <EmptyState
              title={noMatch}
              action={
                <Button variant="outlined" size="small" onClick={url.clear}>
                  Clear filters
                </Button>
              }
            />
          ) : (
            props.empty
          )
        }
      >
        {children}
      </PagedList>
    </>
  );
}
