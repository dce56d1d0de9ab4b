import Button from '@material-ui/core/Button';
import Dialog from '@material-ui/core/Dialog';
import DialogActions from '@material-ui/core/DialogActions';
import DialogContent from '@material-ui/core/DialogContent';
import DialogTitle from '@material-ui/core/DialogTitle';
import Typography from '@material-ui/core/Typography';
import { useId } from 'react';
import { PlainText, saveFile } from '../../../components';
import { textOf } from './decodeArtifact';

const MOST_CHARACTERS = 200_000;

/** An artifact whose content is here. */
export interface OpenArtifact {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Shows an artifact as plain text, whatever it says it is: an agent wrote it. */
export function ArtifactPreview(props: {
  artifact: OpenArtifact;
  onClose: () => void;
}) {
  const { artifact, onClose } = props;
  const titleId = useId();
  const text = textOf(artifact.bytes);
  return (
    <Dialog
      open
      fullWidth
      maxWidth="md"
      aria-labelledby={titleId}
      onClose={onClose}
    >
      <DialogTitle id={titleId}>{artifact.name}</DialogTitle>
      <DialogContent>
        {text === undefined ? (
          <Typography variant="body2">
            This is no text. Download it to look at it.
          </Typography>
        ) : (
          <>
            <Typography variant="body2" gutterBottom>
              Written by an agent and shown as plain text
              {text.length > MOST_CHARACTERS && '; only the beginning'}.
            </Typography>
            <PlainText label={artifact.name}>
              {text.slice(0, MOST_CHARACTERS)}
            </PlainText>
          </>
        )}
      </DialogContent>
      <DialogActions>
        <Button onClick={() => saveFile(artifact.name, artifact.bytes)}>
          Download
        </Button>
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </Dialog>
  );
}
