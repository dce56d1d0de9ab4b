import { configApiRef, useApi } from '@backstage/core-plugin-api';
import { makeStyles } from '@material-ui/core/styles';
import { Link } from '../navigation';
import { CopyButton } from './CopyButton';
import { traceUrl } from './traceUrl';

const useStyles = makeStyles(theme => ({
  root: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(0.5, 1),
    '& a': { textDecoration: 'underline' },
  },
}));

/** The trace that something belongs to: its id to copy, and where to see it if the portal knows. */
export function TraceId({ traceparent }: { traceparent: string }) {
  const classes = useStyles();
  const config = useApi(configApiRef);
  const traceId = traceparent.split('-')[1];
  const url = traceUrl(
    config.getOptionalString('devart.tracing.urlTemplate'),
    traceId,
  );
  return (
    <span className={classes.root}>
      <code>{traceId}</code>
      <CopyButton text={traceId} label="Copy trace id" />
      {url && <Link to={url}>Open the trace</Link>}
    </span>
  );
}
