import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import HaltedIcon from '@material-ui/icons/PanTool';
import { HaltDescription } from './HaltDescription';
import { useHalt } from './useHalt';

const useStyles = makeStyles(theme => ({
  root: {
    display: 'flex',
    gap: theme.spacing(1.5),
    alignItems: 'flex-start',
    padding: theme.spacing(1.5),
    marginBottom: theme.spacing(2),
    border: `2px solid ${theme.palette.status.error}`,
    borderRadius: theme.shape.borderRadius,
    color: theme.palette.text.primary,
    backgroundColor: theme.palette.background.paper,
    overflowWrap: 'anywhere',
    '& a': { textDecoration: 'underline' },
  },
  icon: { color: theme.palette.status.error },
}));

/** A notice across the page while all agents are stopped. */
export function HaltNotice() {
  const classes = useStyles();
  const { value: halt } = useHalt();
  if (!halt?.halted) {
    return null;
  }
  return (
    <div role="status" className={classes.root}>
      <HaltedIcon aria-hidden className={classes.icon} />
      <Typography variant="body2" component="p">
        <HaltDescription halt={halt} />
      </Typography>
    </div>
  );
}
