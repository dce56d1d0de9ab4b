import {
  EntityAboutCard,
  EntityLayout,
  EntitySwitch,
  isKind,
} from '@backstage/plugin-catalog';
import Grid from '@material-ui/core/Grid';
import {
  EntityDevartAgentContent,
  EntityDevartCostContent,
  EntityDevartRunsContent,
  EntityDevartTasksContent,
  EntityDevartWorkCard,
  EntityDevartWorkflowContent,
  isDevartAgent,
  isDevartWorkflow,
} from '../src';

/** Pages of entities with everything that the plugin brings to them. */
export function EntityPage() {
  return (
    <EntityLayout>
      <EntityLayout.Route path="/" title="Overview">
        <Grid container spacing={3}>
          <Grid item xs={12} md={6}>
            <EntityAboutCard />
          </Grid>
          <EntitySwitch>
            <EntitySwitch.Case if={isKind('component')}>
              <Grid item xs={12} md={6}>
                <EntityDevartWorkCard />
              </Grid>
            </EntitySwitch.Case>
          </EntitySwitch>
        </Grid>
      </EntityLayout.Route>
      <EntityLayout.Route path="/tasks" title="Tasks" if={isKind('component')}>
        <EntityDevartTasksContent />
      </EntityLayout.Route>
      <EntityLayout.Route path="/runs" title="Runs" if={isKind('component')}>
        <EntityDevartRunsContent />
      </EntityLayout.Route>
      <EntityLayout.Route
        path="/workflow"
        title="Workflow"
        if={isDevartWorkflow}
      >
        <EntityDevartWorkflowContent />
      </EntityLayout.Route>
      <EntityLayout.Route path="/agent" title="Agent" if={isDevartAgent}>
        <EntityDevartAgentContent />
      </EntityLayout.Route>
      <EntityLayout.Route
        path="/cost"
        title="Cost"
        if={entity => isKind('component')(entity) || isDevartAgent(entity)}
      >
        <EntityDevartCostContent />
      </EntityLayout.Route>
    </EntityLayout>
  );
}
