import Button from '@material-ui/core/Button';
import { makeStyles } from '@material-ui/core/styles';
import type { LivePages } from '../live';

const useStyles = makeStyles(theme => ({
  root: { padding: theme.spacing(1), textAlign: 'center' },
}));

/** Ends a list that has more rows. */
export function LoadMore({ pages }: { pages: LivePages<any> }) {
  const classes = useStyles();
  if (!pages.hasMore) {
    return null;
  }
  return (
    <div className={classes.root}>
      <Button variant="outlined" size="small" onClick={pages.loadMore}>
        {pages.loadingMore ? 'Loading…' : 'Load more'}
      </Button>
    </div>
  );
}
