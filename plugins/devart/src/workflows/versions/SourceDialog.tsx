import Button from '@material-ui/core/Button';
import Dialog from '@material-ui/core/Dialog';
import DialogActions from '@material-ui/core/DialogActions';
import DialogContent from '@material-ui/core/DialogContent';
import DialogTitle from '@material-ui/core/DialogTitle';
import { useId } from 'react';
import { CopyButton, PlainText } from '../../components';

/** The source of a version, to read and to copy. */
export function SourceDialog(props: {
  title: string;
  source: string;
  onClose: () => void;
}) {
  const titleId = useId();
  const { title, source, onClose } = props;
  return (
    <Dialog
      open
      fullWidth
      maxWidth="md"
      aria-labelledby={titleId}
      onClose={onClose}
    >
      <DialogTitle id={titleId}>{title}</DialogTitle>
      <DialogContent>
        <PlainText label="Source">{source}</PlainText>
      </DialogContent>
      <DialogActions>
        <CopyButton text={source} />
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </Dialog>
  );
}
