import { ResponseError } from '@backstage/errors';
import { discoveryApiRef, useApi } from '@backstage/frontend-plugin-api';
import Button from '@material-ui/core/Button';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { useEffect, useState } from 'react';
import { isAway } from './isAway';
import { SignInPart } from './SignInPart';

const RETRY_MS = 2000;
/** An answer that takes longer will not come; the next attempt may do better. */
const TIMEOUT_MS = 10_000;

const useStyles = makeStyles(theme => ({
  button: { marginTop: theme.spacing(3), alignSelf: 'flex-start' },
}));

/**
 * Says that the portal cannot be reached, and asks until it takes sign-ins
 * again. The address stays as it is, so whoever waits is then where they were.
 */
export function PortalAway(props: {
  title: string;
  /** The headers of the sign-in that got no answer. */
  headers: Record<string, string>;
  onBack: () => void;
}) {
  const classes = useStyles();
  const discovery = useApi(discoveryApiRef);
  const { title, headers, onBack } = props;
  const [asked, askNow] = useState(0);

  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      const isBack = await takesSignIns({
        authUrl: await discovery.getBaseUrl('auth'),
        headers,
        signal: controller.signal,
      });
      if (controller.signal.aborted) {
        return;
      }
      if (isBack) {
        onBack();
      } else {
        timer = setTimeout(ask, RETRY_MS);
      }
    };
    // Somebody who asks for it is answered at once.
    timer = setTimeout(ask, asked > 0 ? 0 : RETRY_MS);
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [discovery, headers, onBack, asked]);

  return (
    <SignInPart title={title}>
      <div role="alert">
        <Typography variant="h2" gutterBottom>
          The portal cannot be reached
        </Typography>
        <Typography>
          There was no answer. This page asks again every few seconds, and goes
          on where you were as soon as the portal is back.
        </Typography>
      </div>
      <Button
        className={classes.button}
        variant="outlined"
        onClick={() => askNow(count => count + 1)}
      >
        Try again now
      </Button>
    </SignInPart>
  );
}

/** Whether the back end answers to somebody who signs in, be it with a refusal. */
async function takesSignIns(options: {
  authUrl: string;
  headers: Record<string, string>;
  signal: AbortSignal;
}): Promise<boolean> {
  const { authUrl, headers, signal } = options;
  try {
    const response = await fetch(`${authUrl}/guests/refresh`, {
      headers,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    return response.ok || !isAway(await ResponseError.fromResponse(response));
  } catch {
    // No answer, or none in time.
    return false;
  }
}
