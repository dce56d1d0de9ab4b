import { useLinks, useNavigate } from '../navigation';
import { DevartProvider } from '../shell/DevartProvider';
import { RunWorkflowDialog } from '../workflows';

/** Starts a run of some workflow about an entity, from wherever the entity is shown. */
export function EntityRunDialog(props: {
  entityRef: string;
  onClose: () => void;
}) {
  const links = useLinks();
  const navigate = useNavigate();
  const { entityRef, onClose } = props;
  return (
    <DevartProvider>
      <RunWorkflowDialog
        entityRef={entityRef}
        onClose={onClose}
        onStarted={run => {
          onClose();
          navigate(links.run(run.id));
        }}
      />
    </DevartProvider>
  );
}
