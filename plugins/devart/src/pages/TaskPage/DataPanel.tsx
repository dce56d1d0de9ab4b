import { makeStyles } from '@material-ui/core/styles';
import { JsonView, Panel } from '../../components';

const useStyles = makeStyles(theme => ({
  summary: {
    ...theme.typography.body2,
    cursor: 'pointer',
    marginBottom: theme.spacing(1),
  },
}));

/** Data of a task that agents read and write. */
export function DataPanel(props: {
  title: string;
  isOpen: boolean;
  value: unknown;
}) {
  const classes = useStyles();
  const { title, isOpen, value } = props;
  return (
    <Panel title={title}>
      <details open={isOpen}>
        <summary className={classes.summary}>As JSON</summary>
        <JsonView label={title} value={value} />
      </details>
    </Panel>
  );
}
