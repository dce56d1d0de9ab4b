import type { ReactNode } from 'react';
import type { LivePages } from '../live';
import { Loaded } from './Loaded';
import { LoadMore } from './LoadMore';
import { Rows } from './Rows';

/** A list that grows on demand; `empty` takes its place while it has no rows. */
export function PagedList<T>(props: {
  pages: LivePages<T>;
  /** How many rows to hold the place of while the first page is on its way. */
  skeletonRows?: number;
  empty: ReactNode;
  children: (items: readonly T[]) => ReactNode;
}) {
  const { pages, skeletonRows = 5, empty, children } = props;
  return (
    <>
      <Loaded live={pages} skeleton={<Rows count={skeletonRows} />}>
        {({ items }) => (items.length === 0 ? empty : children(items))}
      </Loaded>
      <LoadMore pages={pages} />
    </>
  );
}
