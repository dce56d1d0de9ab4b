import type {
  OperationInput,
  operations,
  Review,
} from '@devart/plugin-devart-common';
import type { ReactNode } from 'react';
import { useDevartApi } from '../api';
import { Loaded, LoadMore, Rows } from '../components';
import { useLivePages } from '../live';
import { ReviewTable } from './ReviewTable';

/** Reviews, newest first. */
export function ReviewList(props: {
  filters: Omit<
    OperationInput<typeof operations.reviews.list>,
    'limit' | 'cursor'
  >;
  pageSize?: number;
  empty: ReactNode;
}) {
  const api = useDevartApi();
  const { filters, pageSize, empty } = props;
  const pages = useLivePages<Review>(
    {
      topics: ['review', 'task'],
      minimumIntervalMs: 1000,
      pageSize,
      loadPage: (page, signal) =>
        api.reviews.list({ ...filters, ...page }, { signal }),
    },
    [api, JSON.stringify(filters)],
  );
  return (
    <>
      <Loaded live={pages} skeleton={<Rows count={5} />}>
        {({ items }) =>
          items.length === 0 ? empty : <ReviewTable reviews={items} />
        }
      </Loaded>
      <LoadMore pages={pages} />
    </>
  );
}
