import { makeStyles } from '@material-ui/core/styles';

const useStyles = makeStyles(theme => ({
  root: {
    margin: 0,
    padding: theme.spacing(1.5),
    maxHeight: 400,
    overflow: 'auto',
    fontSize: 13,
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    color: theme.palette.text.primary,
    backgroundColor: theme.palette.background.default,
    border: `1px solid ${theme.palette.divider}`,
    borderRadius: theme.shape.borderRadius,
  },
}));

/** A text exactly as it is, scrolling when it is long. */
export function PlainText(props: { label: string; children: string }) {
  const classes = useStyles();
  return (
    <pre
      className={classes.root}
      // Scrolling with the keyboard needs the focus.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      role="region"
      aria-label={props.label}
    >
      {props.children}
    </pre>
  );
}
