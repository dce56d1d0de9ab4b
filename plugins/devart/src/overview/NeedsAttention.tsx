import type { Approval } from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { ErrorState, StaleNotice } from '../components';
import type { LivePages } from '../live';
import { useLinks } from '../navigation';
import { Tiles } from './Tiles';
import type { Overview } from './useOverview';

/** What does not go on without a person. */
export function NeedsAttention(props: {
  needsAttention: Overview['needsAttention'];
  /** The approvals that wait for whoever is signed in. */
  inbox: LivePages<Approval>;
}) {
  const links = useLinks();
  const { inbox } = props;
  const { deadLetters, waitingForPeople, pendingAgents, failedPublishing } =
    props.needsAttention;
  const tiles = [
    {
      key: 'approvals',
      label: 'Approvals waiting for you',
      count: inbox.value?.items.length ?? 0,
      isAtLeast: inbox.hasMore,
      to: links.approvals(),
    },
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
  const approvalsUnknown =
    inbox.value === undefined && inbox.error !== undefined;
  return (
    <>
      {approvalsUnknown && (
        <ErrorState error={inbox.error} onRetry={inbox.reload} />
      )}
      <StaleNotice live={inbox} />
      {tiles.length > 0 && <Tiles label="Needs you" tiles={tiles} />}
      {tiles.length === 0 && !approvalsUnknown && (
        <Typography variant="body2">
          Nothing needs you at the moment. Approvals that wait for you, dead
          letters, tasks that wait for people, agents to activate and reviews
          that could not be published appear here.
        </Typography>
      )}
    </>
  );
}
