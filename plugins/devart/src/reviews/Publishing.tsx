import type { Review } from '@devart/plugin-devart-common';
import FailedIcon from '@material-ui/icons/ErrorOutline';
import NoneIcon from '@material-ui/icons/Remove';
import PendingIcon from '@material-ui/icons/Schedule';
import PublishedIcon from '@material-ui/icons/CheckCircleOutline';
import { IconLabel } from '../components';
import { Link } from '../navigation';

const LOOKS = {
  none: { Icon: NoneIcon, tone: 'aborted', word: 'Only here' },
  pending: { Icon: PendingIcon, tone: 'pending', word: 'On its way' },
  published: { Icon: PublishedIcon, tone: 'ok', word: 'Published' },
  failed: { Icon: FailedIcon, tone: 'error', word: 'Publishing failed' },
} as const;

const WEB_ADDRESS = /^https?:\/\//;

/** Where the result of a review has been published, and what went wrong. */
export function Publishing({ review }: { review: Pick<Review, 'publishing'> }) {
  const { state, error, checkUrl, commentUrl } = review.publishing;
  const { word, ...look } = LOOKS[state];
  return (
    <span>
      <IconLabel {...look}>{word}</IconLabel>
      {checkUrl && WEB_ADDRESS.test(checkUrl) && (
        <>
          {' '}
          <Link to={checkUrl}>Check</Link>
        </>
      )}
      {commentUrl && WEB_ADDRESS.test(commentUrl) && (
        <>
          {' '}
          <Link to={commentUrl}>Comment</Link>
        </>
      )}
      {error && <div>{error}</div>}
    </span>
  );
}
