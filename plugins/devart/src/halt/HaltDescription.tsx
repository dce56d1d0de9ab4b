import { ActorLabel, RelativeTime } from '../components';
import type { Halt } from './useHalt';

/** Says, while it is so, that all agents are stopped, since when, by whom, and why. */
export function HaltDescription({ halt }: { halt: Halt }) {
  return (
    <>
      All agents are stopped: their calls are refused and running tasks are back
      in the queue. {halt.by && <ActorLabel actor={halt.by} />}
      {halt.by && ' stopped them '}
      {halt.at && <RelativeTime at={halt.at} />}
      {halt.reason && <>: “{halt.reason}”</>}
    </>
  );
}
