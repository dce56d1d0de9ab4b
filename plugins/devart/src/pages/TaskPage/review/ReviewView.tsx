import type { ReviewDetail } from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { EmptyState } from '../../../components';
import { plural } from '../../../format';
import { Link, useLinks } from '../../../navigation';
import { AnalyzersTable } from './AnalyzersTable';
import { Findings } from './Findings';
import { ReviewSummary } from './ReviewSummary';

const useStyles = makeStyles(theme => ({
  part: { marginTop: theme.spacing(2) },
  reading: { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
}));

/** A review: what was looked at, with what, what was found, and where it was published. */
export function ReviewView(props: {
  review: ReviewDetail;
  reload: () => Promise<void>;
}) {
  const classes = useStyles();
  const links = useLinks();
  const { review, reload } = props;
  return (
    <>
      {review.supersededBy && (
        <Typography variant="body2" gutterBottom>
          A newer revision is reviewed instead:{' '}
          <Link to={links.task(review.supersededBy)}>see that review</Link>.
        </Typography>
      )}
      <ReviewSummary review={review} />
      <div className={classes.part}>
        {review.findings.length > 0 && (
          <Findings findings={review.findings} reload={reload} />
        )}
        {review.findings.length === 0 && review.conclusion && (
          <EmptyState
            title="Nothing was found"
            text="The analyzers below had nothing to say about this change."
          />
        )}
        {review.findings.length === 0 && !review.conclusion && (
          <EmptyState
            title="No findings yet"
            text="They appear here when the agent has finished its review."
          />
        )}
        {review.findingsOmitted > 0 && (
          <Typography variant="body2">
            {plural(review.findingsOmitted, 'more finding')} left out; a review
            keeps only so many.
          </Typography>
        )}
      </div>
      {review.modelReading && (
        <div className={classes.part}>
          <Typography component="h3" variant="subtitle1">
            What the model {review.modelReading.model} says
          </Typography>
          <Typography variant="body2" className={classes.reading}>
            {review.modelReading.text}
          </Typography>
        </div>
      )}
      {review.analyzers.length > 0 && (
        <div className={classes.part}>
          <Typography component="h3" variant="subtitle1">
            Analyzers
          </Typography>
          <AnalyzersTable analyzers={review.analyzers} />
        </div>
      )}
    </>
  );
}
