import Chip from '@material-ui/core/Chip';
import { makeStyles } from '@material-ui/core/styles';

const useStyles = makeStyles(theme => ({
  list: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(0.5),
    listStyle: 'none',
    margin: 0,
    padding: 0,
  },
  chip: { margin: 0 },
}));

/** What a task needs or an agent can do. */
export function CapabilityChips(props: {
  capabilities: readonly string[];
  none?: string;
  /** What the list is, where nothing around it says so. */
  label?: string;
}) {
  const classes = useStyles();
  const { capabilities, none = 'none', label } = props;
  if (capabilities.length === 0) {
    return <span>{none}</span>;
  }
  return (
    <ul className={classes.list} aria-label={label}>
      {capabilities.map(capability => (
        <li key={capability}>
          <Chip
            className={classes.chip}
            size="small"
            variant="outlined"
            label={capability}
          />
        </li>
      ))}
    </ul>
  );
}
