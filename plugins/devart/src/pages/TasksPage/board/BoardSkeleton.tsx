import Skeleton from '@material-ui/lab/Skeleton';
import { COLUMNS } from './boardModel';
import { useBoardStyles } from './useBoardStyles';

/** Holds the place of the board while it is being loaded. */
export function BoardSkeleton() {
  const classes = useBoardStyles();
  return (
    <div className={classes.columns}>
      {COLUMNS.map(column => (
        <div key={column}>
          <Skeleton height={32} width="60%" />
          <Skeleton variant="rect" height={110} />
          <Skeleton height={16} />
          <Skeleton variant="rect" height={110} />
        </div>
      ))}
    </div>
  );
}
