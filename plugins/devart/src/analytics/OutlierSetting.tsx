import {
  analyticsUpdatePermission,
  type AnalyticsSettings,
} from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { useState } from 'react';
import { useDevartApi } from '../api';
import { ActionButton, ActorLabel, Loaded, RelativeTime } from '../components';
import { useLive } from '../live';
import { ChangeOutlierDialog } from './ChangeOutlierDialog';

const useStyles = makeStyles(theme => ({
  root: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1),
    marginBottom: theme.spacing(1.5),
  },
}));

/** From when on a task is costly, and who said so. */
export function OutlierSetting() {
  const classes = useStyles();
  const api = useDevartApi();
  const [isChanging, setChanging] = useState(false);
  const live = useLive<AnalyticsSettings>(
    {
      topics: ['budget'],
      minimumIntervalMs: 5000,
      load: signal => api.analytics.settings({}, { signal }),
    },
    [api],
  );
  return (
    <Loaded
      live={live}
      skeleton={
        <Typography variant="body2">From when on a task is costly…</Typography>
      }
    >
      {settings => (
        <div className={classes.root}>
          <Typography variant="body2" component="div">
            Costly is what lies more than{' '}
            {settings.outlierDetectionStddev.toLocaleString()} standard
            deviations above the median of its type
            {settings.updatedBy && settings.updatedAt && (
              <>
                , as <ActorLabel actor={settings.updatedBy} /> said{' '}
                <RelativeTime at={settings.updatedAt} />
              </>
            )}
            .
          </Typography>
          <ActionButton
            permission={analyticsUpdatePermission}
            aria-label="Change from when on a task is costly"
            onClick={() => setChanging(true)}
          >
            Change
          </ActionButton>
          {isChanging && (
            <ChangeOutlierDialog
              settings={settings}
              onClose={() => setChanging(false)}
              onChanged={live.reload}
            />
          )}
        </div>
      )}
    </Loaded>
  );
}
