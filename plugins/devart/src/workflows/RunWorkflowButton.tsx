import { workflowRunPermission } from '@devart/plugin-devart-common';
import RunIcon from '@material-ui/icons/PlayArrow';
import { useState } from 'react';
import { ActionButton } from '../components';
import { useLinks, useNavigate } from '../navigation';
import { RunWorkflowDialog } from './RunWorkflowDialog';

/** Starts a run and leads to it. */
export function RunWorkflowButton(props: {
  workflow?: { id: string; title: string };
  entityRef?: string;
  /** The main action of a page, or one among others. */
  variant?: 'contained' | 'outlined';
  /** In the row of the workflow, which says already what would run. */
  isInRow?: boolean;
}) {
  const links = useLinks();
  const navigate = useNavigate();
  const { variant = 'outlined', isInRow, ...what } = props;
  const [open, setOpen] = useState(false);
  return (
    <>
      <ActionButton
        permission={workflowRunPermission}
        variant={variant}
        {...(variant === 'contained'
          ? { color: 'primary', size: 'medium' }
          : {})}
        {...(isInRow ? { 'aria-label': `Run ${what.workflow?.title}` } : {})}
        startIcon={<RunIcon aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {isInRow ? 'Run' : 'Run workflow'}
      </ActionButton>
      {open && (
        <RunWorkflowDialog
          {...what}
          onClose={() => setOpen(false)}
          onStarted={run => {
            setOpen(false);
            navigate(links.run(run.id));
          }}
        />
      )}
    </>
  );
}
