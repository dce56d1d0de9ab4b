import Button from '@material-ui/core/Button';
import Dialog from '@material-ui/core/Dialog';
import DialogActions from '@material-ui/core/DialogActions';
import DialogContent from '@material-ui/core/DialogContent';
import DialogTitle from '@material-ui/core/DialogTitle';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import {
  useEffect,
  useId,
  useRef,
  useState,
  type FormEvent,
  type ReactNode,
} from 'react';
import { describeProblem } from '../api';
import { focusFirstProblem } from './focusFirstProblem';
import { hasUnusableField } from './hasUnusableField';
import { useIsNarrow } from './useIsNarrow';

/** An answer that takes longer is worth a word. */
const SLOW_MS = 8000;

const useStyles = makeStyles(theme => ({
  content: {
    display: 'grid',
    // On a narrow screen the dialog is higher than its fields.
    alignContent: 'start',
    gap: theme.spacing(2),
    paddingTop: theme.spacing(1),
    paddingBottom: theme.spacing(2),
  },
  // Below what scrolls: in sight however long the form is.
  message: {
    flexShrink: 0,
    maxHeight: '30%',
    overflow: 'auto',
    overflowWrap: 'anywhere',
    margin: theme.spacing(1, 3, 0),
    paddingLeft: theme.spacing(1),
    borderLeft: `4px solid ${theme.palette.text.secondary}`,
  },
  problem: { borderLeftColor: theme.palette.status.error },
}));

/**
 * A dialog with a form. `onSubmit` says whether all is well by resolving; what
 * it throws is shown, and the dialog stays open with everything typed. The
 * first field with a problem gets the focus.
 *
 * Escape and a click beside the dialog close it while nothing is typed. After
 * that they ask first: both happen by mistake.
 */
export function FormDialog(props: {
  title: string;
  submitLabel: string;
  cancelLabel?: string;
  wide?: boolean;
  onClose: () => void;
  onSubmit: () => Promise<void>;
  children: ReactNode;
}) {
  const classes = useStyles();
  const { title, submitLabel, cancelLabel = 'Cancel', wide, children } = props;
  const titleId = useId();
  const isNarrow = useIsNarrow();
  const form = useRef<HTMLFormElement>(null);
  const isTyped = useRef(false);
  const wasIn = useRef<Element | null>(null);
  const stay = useRef<HTMLButtonElement>(null);
  const [busy, setBusy] = useState(false);
  const [isSlow, setSlow] = useState(false);
  const [error, setError] = useState<unknown>();
  const [closing, setClosing] = useState(false);
  const [submits, setSubmits] = useState(0);

  useEffect(() => {
    if (!busy) {
      return undefined;
    }
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [busy]);

  // Enter goes on with the form, as it would have before.
  useEffect(() => {
    if (closing) {
      stay.current?.focus();
    }
  }, [closing]);

  // When the answer and what is wrong are drawn.
  useEffect(() => {
    if (submits > 0 && form.current) {
      focusFirstProblem(form.current);
    }
  }, [submits]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) {
      return;
    }
    setError(undefined);
    setClosing(false);
    if (form.current && hasUnusableField(form.current)) {
      setSubmits(count => count + 1);
      return;
    }
    setBusy(true);
    try {
      await props.onSubmit();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
      setSubmits(count => count + 1);
    }
  };

  return (
    <Dialog
      open
      fullWidth
      fullScreen={isNarrow}
      maxWidth={wide ? 'md' : 'sm'}
      aria-labelledby={titleId}
      onClose={() => {
        if (isTyped.current) {
          wasIn.current = closing ? wasIn.current : document.activeElement;
          setClosing(true);
        } else {
          props.onClose();
        }
      }}
      TransitionProps={{
        onEntered: () => {
          // Whoever was quicker than the transition keeps the field they are in.
          if (!form.current?.contains(document.activeElement)) {
            form.current
              ?.querySelector<HTMLElement>('input, textarea, [role="button"]')
              ?.focus();
          }
        },
      }}
    >
      <form
        ref={form}
        noValidate
        onSubmit={submit}
        onInput={() => {
          isTyped.current = true;
          setClosing(false);
        }}
        style={{ display: 'contents' }}
      >
        <DialogTitle id={titleId}>{title}</DialogTitle>
        <DialogContent className={classes.content}>{children}</DialogContent>
        {error !== undefined && (
          <Typography
            role="alert"
            variant="body2"
            className={`${classes.message} ${classes.problem}`}
          >
            {describeProblem(error).message}
          </Typography>
        )}
        {isSlow && (
          <Typography role="status" variant="body2" className={classes.message}>
            The portal has not answered yet. What you typed stays here; this
            goes on as soon as it does.
          </Typography>
        )}
        {closing && (
          <Typography role="alert" variant="body2" className={classes.message}>
            What you typed is not saved. Throw it away?
          </Typography>
        )}
        {closing ? (
          <DialogActions key="closing">
            <Button onClick={props.onClose}>Throw it away</Button>
            <Button
              ref={stay}
              // The library fails on a ripple in a button that has just come.
              disableFocusRipple
              color="primary"
              variant="contained"
              onClick={() => {
                setClosing(false);
                (wasIn.current as HTMLElement | null)?.focus();
              }}
            >
              Go on with it
            </Button>
          </DialogActions>
        ) : (
          <DialogActions key="usual">
            <Button onClick={props.onClose}>{cancelLabel}</Button>
            <Button
              type="submit"
              color="primary"
              variant="contained"
              aria-disabled={busy || undefined}
            >
              {busy ? 'One moment…' : submitLabel}
            </Button>
          </DialogActions>
        )}
      </form>
    </Dialog>
  );
}
