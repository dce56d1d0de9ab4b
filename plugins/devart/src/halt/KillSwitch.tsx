import { agentHaltPermission } from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import GoIcon from '@material-ui/icons/PlayArrow';
import StopIcon from '@material-ui/icons/PanTool';
import { useState } from 'react';
import { useDevartApi } from '../api';
import {
  ActionButton,
  Loaded,
  ReasonDialog,
  Rows,
  useToasts,
} from '../components';
import { useHalt } from './useHalt';

const useStyles = makeStyles(theme => ({
  button: { marginTop: theme.spacing(1.5) },
}));

/** Stops all agents of the organisation at once, or lets them go on. */
export function KillSwitch() {
  const classes = useStyles();
  const api = useDevartApi();
  const toasts = useToasts();
  const live = useHalt();
  const [asking, setAsking] = useState(false);

  return (
    <Loaded live={live} skeleton={<Rows count={2} height={32} />}>
      {halt => (
        <>
          <Typography variant="body2" component="p">
            {halt.halted
              ? 'The switch is on: agents get no work until somebody lets them go on.'
              : 'Agents may work. The kill switch refuses every call of every agent from that moment on and puts running tasks back into the queue.'}
          </Typography>
          <ActionButton
            className={classes.button}
            permission={agentHaltPermission}
            startIcon={halt.halted ? <GoIcon /> : <StopIcon />}
            onClick={() => setAsking(true)}
          >
            {halt.halted ? 'Let agents go on' : 'Stop all agents'}
          </ActionButton>
          {asking && (
            <ReasonDialog
              reasonRequired
              title={halt.halted ? 'Let agents go on?' : 'Stop all agents?'}
              text={
                halt.halted
                  ? 'Active agents get tasks again at once.'
                  : 'Every call of every agent is refused, and their running tasks go back into the queue, until somebody lets them go on.'
              }
              submitLabel={halt.halted ? 'Let agents go on' : 'Stop all agents'}
              onClose={() => setAsking(false)}
              onConfirm={async reason => {
                await api.agents.setHalt({
                  halted: !halt.halted,
                  reason: reason!,
                });
                toasts.success(
                  halt.halted ? 'Agents may work again' : 'All agents stopped',
                );
                setAsking(false);
                await live.reload();
              }}
            />
          )}
        </>
      )}
    </Loaded>
  );
}
