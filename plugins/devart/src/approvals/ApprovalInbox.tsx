import type { Approval } from '@devart/plugin-devart-common';
import { EmptyState, PagedList } from '../components';
import type { LivePages } from '../live';
import { Link, useLinks } from '../navigation';
import { ApprovalTable } from './ApprovalTable';

/** What waits for the decision of whoever is signed in. */
export function ApprovalInbox({ pages }: { pages: LivePages<Approval> }) {
  const links = useLinks();
  return (
    <PagedList
      pages={pages}
      skeletonRows={3}
      empty={
        <EmptyState
          title="No approval waits for you"
          text={
            <>
              What agents and workflows may do only with your consent appears
              here. See also{' '}
              <Link to={links.approvals({ view: 'all' })}>all approvals</Link>.
            </>
          }
        />
      }
    >
      {items => (
        <ApprovalTable isInbox label="Waiting for you" approvals={items} />
      )}
    </PagedList>
  );
}
