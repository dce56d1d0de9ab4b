import Button from '@material-ui/core/Button';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { useState } from 'react';
import { useDevartApi } from '../../../api';
import {
  Loaded,
  Panel,
  RelativeTime,
  Rows,
  saveFile,
  useToasts,
} from '../../../components';
import { bytes as inBytes } from '../../../format';
import { useLive } from '../../../live';
import { ArtifactPreview, type OpenArtifact } from './ArtifactPreview';
import { decodeArtifact } from './decodeArtifact';

const useStyles = makeStyles(theme => ({
  list: { listStyle: 'none', margin: 0, padding: 0 },
  item: { marginBottom: theme.spacing(1.5), overflowWrap: 'anywhere' },
  buttons: { display: 'flex', gap: theme.spacing(1), marginTop: 4 },
}));

/** What the attempts of a task produced. */
export function ArtifactsPanel({ taskId }: { taskId: string }) {
  const classes = useStyles();
  const api = useDevartApi();
  const toasts = useToasts();
  const [open, setOpen] = useState<OpenArtifact>();
  const live = useLive(
    {
      topics: ['task'],
      id: taskId,
      load: signal => api.tasks.listArtifacts({ id: taskId }, { signal }),
    },
    [api, taskId],
  );

  const fetchBytes = async (artifactId: string) => {
    const artifact = await api.tasks.readArtifact({ id: taskId, artifactId });
    return decodeArtifact(artifact.contentBase64);
  };
  const download = async (artifact: { id: string; name: string }) => {
    try {
      saveFile(artifact.name, await fetchBytes(artifact.id));
    } catch (error) {
      toasts.failure(`${artifact.name} could not be downloaded`, error);
    }
  };
  const preview = async (artifact: { id: string; name: string }) => {
    try {
      setOpen({ name: artifact.name, bytes: await fetchBytes(artifact.id) });
    } catch (error) {
      toasts.failure(`${artifact.name} could not be opened`, error);
    }
  };

  return (
    <Panel title="Artifacts">
      <Loaded live={live} skeleton={<Rows count={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Typography variant="body2">
              No files yet. What an agent produces can be downloaded here.
            </Typography>
          ) : (
            <ul className={classes.list}>
              {items.map(artifact => (
                <li key={artifact.id} className={classes.item}>
                  <Typography variant="body2" component="div">
                    <strong>{artifact.name}</strong> ({artifact.mediaType},{' '}
                    {inBytes(artifact.size)}), attempt {artifact.attempt},{' '}
                    <RelativeTime at={artifact.createdAt} />
                  </Typography>
                  <div className={classes.buttons}>
                    <Button
                      size="small"
                      variant="outlined"
                      aria-label={`Show ${artifact.name}`}
                      onClick={() => preview(artifact)}
                    >
                      Show
                    </Button>
                    <Button
                      size="small"
                      variant="outlined"
                      aria-label={`Download ${artifact.name}`}
                      onClick={() => download(artifact)}
                    >
                      Download
                    </Button>
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {open && (
        <ArtifactPreview artifact={open} onClose={() => setOpen(undefined)} />
      )}
    </Panel>
  );
}
