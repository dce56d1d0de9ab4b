import Typography from '@material-ui/core/Typography';
import { alpha, makeStyles } from '@material-ui/core/styles';
import { plural } from '../../format';
import { foldLines, type WorkflowDiff } from './foldLines';

const CONTEXT = 3;
const CHANGE_WORDS = {
  added: 'Added',
  removed: 'Removed',
  changed: 'Changed',
} as const;
const SIGNS = { same: ' ', added: '+', removed: '-' } as const;

const useStyles = makeStyles(theme => ({
  list: {
    margin: theme.spacing(0, 0, 2),
    paddingLeft: theme.spacing(2.5),
    ...theme.typography.body2,
  },
  lines: {
    margin: 0,
    maxHeight: 480,
    overflow: 'auto',
    fontSize: 13,
    lineHeight: '20px',
    color: theme.palette.text.primary,
    backgroundColor: theme.palette.background.default,
    border: `1px solid ${theme.palette.divider}`,
    borderRadius: theme.shape.borderRadius,
  },
  line: { minWidth: 'max-content', padding: theme.spacing(0, 1) },
  added: { backgroundColor: alpha(theme.palette.status.ok, 0.2) },
  removed: { backgroundColor: alpha(theme.palette.status.error, 0.2) },
  folded: { color: theme.palette.text.secondary },
}));

/** What changed between two versions: the steps by name, then the lines. */
export function DiffView({ diff }: { diff: WorkflowDiff }) {
  const classes = useStyles();
  const { steps, fields, lines } = diff;
  const isSame = lines.every(({ kind }) => kind === 'same');
  if (isSame && steps.length + fields.length === 0) {
    return (
      <Typography variant="body2">Nothing differs between them.</Typography>
    );
  }
  return (
    <>
      <ul className={classes.list} aria-label="What changed">
        {steps.map(step => (
          <li key={step.id}>
            {CHANGE_WORDS[step.change]}: step <strong>{step.id}</strong>
            {step.change === 'changed' && ` (${step.fields.join(', ')})`}
          </li>
        ))}
        {fields.map(field => (
          <li key={field}>
            Changed: <strong>{field}</strong>
          </li>
        ))}
      </ul>
      <pre
        className={classes.lines}
        // Scrolling with the keyboard needs the focus.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="region"
        aria-label={`Lines from ${diff.from} to ${diff.to}`}
      >
        {foldLines(lines, CONTEXT).map((line, index) =>
          line.kind === 'folded' ? (
            // eslint-disable-next-line react/no-array-index-key
            <div key={index} className={`${classes.line} ${classes.folded}`}>
              … {plural(line.count, 'line')} the same
            </div>
          ) : (
            <div
              // Lines have no other name than their place.
              // eslint-disable-next-line react/no-array-index-key
              key={index}
              className={`${classes.line} ${
                line.kind === 'same' ? '' : classes[line.kind]
              }`}
            >
              {SIGNS[line.kind]} {line.text}
            </div>
          ),
        )}
      </pre>
    </>
  );
}
