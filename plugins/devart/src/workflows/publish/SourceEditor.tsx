import { makeStyles } from '@material-ui/core/styles';
import { forwardRef, useId } from 'react';

const LINE_HEIGHT = 20;

const useStyles = makeStyles(theme => ({
  label: { ...theme.typography.subtitle2, display: 'block' },
  // Both columns scroll together, so that the numbers stay beside their lines.
  frame: {
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    height: 320,
    overflow: 'auto',
    border: `1px solid ${theme.palette.text.secondary}`,
    borderRadius: theme.shape.borderRadius,
    backgroundColor: theme.palette.background.default,
    '&:focus-within': {
      outline: `2px solid ${theme.palette.primary.main}`,
      outlineOffset: -1,
    },
  },
  numbers: {
    position: 'sticky',
    left: 0,
    margin: 0,
    padding: theme.spacing(1, 0.75),
    height: 'max-content',
    minHeight: '100%',
    boxSizing: 'border-box',
    textAlign: 'right',
    userSelect: 'none',
    color: theme.palette.text.secondary,
    backgroundColor: theme.palette.background.paper,
    borderRight: `1px solid ${theme.palette.divider}`,
  },
  text: {
    display: 'block',
    minHeight: '100%',
    boxSizing: 'border-box',
    padding: theme.spacing(1),
    border: 0,
    resize: 'none',
    outline: 'none',
    overflow: 'hidden',
    whiteSpace: 'pre',
    color: theme.palette.text.primary,
    backgroundColor: 'transparent',
  },
  code: {
    fontFamily: 'monospace',
    fontSize: 13,
    lineHeight: `${LINE_HEIGHT}px`,
    tabSize: 2,
  },
  wrong: {
    fontWeight: 700,
    color: theme.palette.text.primary,
    boxShadow: `inset 4px 0 0 ${theme.palette.status.error}`,
  },
}));

/** A text of several lines with their numbers; lines with a problem are marked. */
export const SourceEditor = forwardRef<
  HTMLTextAreaElement,
  {
    label: string;
    value: string;
    /** Numbers of lines with a problem, from 1. */
    wrongLines: ReadonlySet<number>;
    /** Id of what says what is wrong. */
    describedBy: string;
    onChange: (value: string) => void;
  }
>(function SourceEditorWithRef(props, ref) {
  const classes = useStyles();
  const id = useId();
  const { label, value, wrongLines, describedBy, onChange } = props;
  const lines = value.split('\n');
  const longest = Math.max(...lines.map(line => line.length));
  return (
    <div>
      <label htmlFor={id} className={classes.label}>
        {label}
      </label>
      <div className={classes.frame}>
        <pre className={`${classes.numbers} ${classes.code}`} aria-hidden>
          {lines.map((_line, index) => (
            // A line is its number.
            // eslint-disable-next-line react/no-array-index-key
            <div key={index}>
              <span className={wrongLines.has(index + 1) ? classes.wrong : ''}>
                {' '}
                {index + 1}
              </span>
            </div>
          ))}
        </pre>
        <textarea
          ref={ref}
          id={id}
          className={`${classes.text} ${classes.code}`}
          rows={lines.length}
          cols={longest + 2}
          style={{ minWidth: '100%' }}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          aria-invalid={wrongLines.size > 0}
          aria-describedby={describedBy}
          value={value}
          onChange={event => onChange(event.target.value)}
        />
      </div>
    </div>
  );
});

/** Puts the cursor where something is wrong; line and column from 1. */
export function goTo(
  area: HTMLTextAreaElement,
  place: { line: number; column: number },
): void {
  const lines = area.value.split('\n').slice(0, place.line - 1);
  const start = lines.reduce((sum, line) => sum + line.length + 1, 0);
  const at = Math.min(area.value.length, start + Math.max(0, place.column - 1));
  area.focus();
  area.setSelectionRange(at, at);
  const frame = area.parentElement;
  if (frame) {
    frame.scrollTop = Math.max(0, (place.line - 5) * LINE_HEIGHT);
    frame.scrollLeft = 0;
  }
}
