import Button from '@material-ui/core/Button';
import Dialog from '@material-ui/core/Dialog';
import DialogActions from '@material-ui/core/DialogActions';
import DialogContent from '@material-ui/core/DialogContent';
import DialogTitle from '@material-ui/core/DialogTitle';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { useId, useState, type ReactNode } from 'react';
import { CopyButton } from './CopyButton';
import { PlainText } from './PlainText';
import { useIsNarrow } from './useIsNarrow';

const useStyles = makeStyles(theme => ({
  part: {
    display: 'grid',
    gap: theme.spacing(1),
    marginBottom: theme.spacing(2),
  },
  head: {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: theme.spacing(1),
  },
}));

/**
 * Shows a secret that will never be shown again. Closing asks once more,
 * whichever way it was tried.
 */
export function SecretDialog(props: {
  title: string;
  text: ReactNode;
  /** What to show, each with a copy button. */
  parts: { label: string; text: string }[];
  onClose: () => void;
}) {
  const classes = useStyles();
  const { title, text, parts, onClose } = props;
  const titleId = useId();
  const isNarrow = useIsNarrow();
  const [closing, setClosing] = useState(false);

  return (
    <Dialog
      open
      fullWidth
      fullScreen={isNarrow}
      aria-labelledby={titleId}
      onClose={() => setClosing(true)}
    >
      <DialogTitle id={titleId}>{title}</DialogTitle>
      <DialogContent>
        <Typography variant="body2" component="div" paragraph>
          {text}
        </Typography>
        {parts.map(part => (
          <div key={part.label} className={classes.part}>
            <div className={classes.head}>
              <Typography variant="subtitle2" component="span">
                {part.label}
              </Typography>
              <CopyButton
                text={part.text}
                label={`Copy ${part.label.toLowerCase()}`}
              />
            </div>
            <PlainText label={part.label}>{part.text}</PlainText>
          </div>
        ))}
        {closing && (
          <Typography role="alert" variant="body2">
            It will not be shown again. Have you kept it?
          </Typography>
        )}
      </DialogContent>
      <DialogActions>
        {closing ? (
          <>
            <Button onClick={() => setClosing(false)}>Not yet</Button>
            <Button variant="contained" color="primary" onClick={onClose}>
              I have kept it
            </Button>
          </>
        ) : (
          <Button onClick={() => setClosing(true)}>Close</Button>
        )}
      </DialogActions>
    </Dialog>
  );
}
