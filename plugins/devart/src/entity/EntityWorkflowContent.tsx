import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { ANNOTATION_WORKFLOW_ID, idSchema } from '@devart/plugin-devart-common';
import { useDevartApi } from '../api';
import { EmptyState, Loaded, Rows } from '../components';
import { useLive } from '../live';
import { Link, useLinks, useNavigate } from '../navigation';
import { WorkflowView } from '../workflows';
import { EntityTab } from './EntityTab';

/** The tab *Workflow* of an entity of kind Workflow. */
export function EntityWorkflowContent() {
  return <EntityTab>{entity => <EntityWorkflow entity={entity} />}</EntityTab>;
}

function EntityWorkflow({ entity }: { entity: Entity }) {
  const api = useDevartApi();
  const links = useLinks();
  const navigate = useNavigate();
  const entityRef = stringifyEntityRef(entity);
  const annotated = idSchema.safeParse(
    entity.metadata.annotations?.[ANNOTATION_WORKFLOW_ID],
  ).data;
  const live = useLive(
    {
      topics: ['workflow'],
      load: async signal => {
        const id =
          annotated ??
          (
            await api.workflows.list({ entityRef, limit: 1 }, { signal })
          ).items.at(0)?.id;
        return {
          workflow: id && (await api.workflows.get({ id }, { signal })),
        };
      },
    },
    [api, annotated, entityRef],
  );
  return (
    <Loaded live={live} skeleton={<Rows count={8} />}>
      {({ workflow }) =>
        workflow ? (
          <WorkflowView
            workflow={workflow}
            reload={live.reload}
            onDeleted={() => navigate(links.workflows())}
          />
        ) : (
          <EmptyState
            title="The control plane does not know this workflow yet"
            text={
              <>
                It takes workflows over from the catalog every few minutes, if
                nothing is wrong with them. Until then, see{' '}
                <Link to={links.workflows()}>all workflows</Link>.
              </>
            }
          />
        )
      }
    </Loaded>
  );
}
