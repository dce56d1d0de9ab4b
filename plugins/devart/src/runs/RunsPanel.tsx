import type { ReactNode } from 'react';
import { PagedList, Panel } from '../components';
import { Link, useLinks } from '../navigation';
import { RunTable } from './RunTable';
import { useRunPages } from './useRunPages';

/** The runs of one workflow, or about one entity. */
export function RunsPanel(props: {
  of: { workflowId: string } | { entityRef: string };
  actions?: ReactNode;
  empty: ReactNode;
}) {
  const links = useLinks();
  const { of, actions, empty } = props;
  const pages = useRunPages({ filters: of, pageSize: 10 });
  return (
    <Panel
      title="Runs"
      actions={
        <>
          <Link to={links.runs(of)}>All, with filters</Link>
          {actions}
        </>
      }
    >
      <PagedList pages={pages} skeletonRows={4} empty={empty}>
        {items => (
          <RunTable
            label="Runs"
            runs={items}
            without={'workflowId' in of ? 'workflow' : 'entity'}
          />
        )}
      </PagedList>
    </Panel>
  );
}
