import Typography from '@material-ui/core/Typography';
import { useLinks } from '../navigation';
import { Tiles } from './Tiles';
import type { Overview } from './useOverview';

/** What does not go on without a person. */
export function NeedsAttention(props: {
  needsAttention: Overview['needsAttention'];
}) {
  const links = useLinks();
  const { deadLetters, waitingForPeople, pendingAgents, failedPublishing } =
    props.needsAttention;
  const tiles = [
    {
      key: 'dead',
      label: 'Dead letters',
      count: deadLetters,
      to: links.taskList({ status: ['dead_letter'] }),
    },
    {
      key: 'waiting',
      label: 'Tasks that wait for people',
      count: waitingForPeople,
      to: links.taskList({ status: ['waiting'] }),
    },
    {
      key: 'pending',
      label: 'Agents to activate',
      count: pendingAgents,
      to: links.agents({ status: 'pending' }),
    },
    {
      key: 'publishing',
      label: 'Reviews not published',
      count: failedPublishing,
      to: links.reviews({ publishing: 'failed' }),
    },
  ].filter(tile => tile.count > 0);
  return tiles.length === 0 ? (
    <Typography variant="body2">
      Nothing needs you at the moment. Dead letters, tasks that wait for people,
      agents to activate and reviews that could not be published appear here.
    </Typography>
  ) : (
    <Tiles label="Needs you" tiles={tiles} />
  );
}
