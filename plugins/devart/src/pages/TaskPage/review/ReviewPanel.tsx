import { useDevartApi } from '../../../api';
import { Loaded, Panel, Rows } from '../../../components';
import { useLive } from '../../../live';
import { ReviewView } from './ReviewView';

/** What the review that a task does has found. */
export function ReviewPanel({ taskId }: { taskId: string }) {
  const api = useDevartApi();
  const live = useLive(
    {
      topics: ['review', 'task'],
      load: async signal => ({
        review: await api.reviews.forTask({ id: taskId }, { signal }),
      }),
    },
    [api, taskId],
  );
  // Not every task of this type has been asked for as a review.
  if (live.value && !live.value.review) {
    return null;
  }
  return (
    <Panel title="Review">
      <Loaded live={live} skeleton={<Rows count={6} />}>
        {({ review }) =>
          review && <ReviewView review={review} reload={live.reload} />
        }
      </Loaded>
    </Panel>
  );
}
