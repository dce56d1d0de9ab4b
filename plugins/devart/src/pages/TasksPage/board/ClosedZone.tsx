import Typography from '@material-ui/core/Typography';
import ForbiddenIcon from '@material-ui/icons/Block';
import { useZoneStyles } from './useZoneStyles';

/** Where a task cannot be dropped, and why. */
export function ClosedZone({ reason }: { reason: string }) {
  const classes = useZoneStyles();
  return (
    <div aria-disabled className={`${classes.root} ${classes.closed}`}>
      <ForbiddenIcon aria-hidden fontSize="small" />
      <Typography variant="body2" component="p">
        {reason}
      </Typography>
    </div>
  );
}
