import {
  workflowCreatePermission,
  type Workflow,
} from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import { useId, useMemo, useRef, useState } from 'react';
import { useAccess } from '../../access';
import { useDevartApi } from '../../api';
import { EmptyState, FormDialog, useToasts } from '../../components';
import { plural } from '../../format';
import { DefinitionSteps } from '../DefinitionSteps';
import { Problems } from './Problems';
import { goTo, SourceEditor } from './SourceEditor';
import { useValidation } from './useValidation';

const EXAMPLE = `apiVersion: devart.ai/v1alpha1
kind: Workflow
metadata:
  name: my-workflow
  title: My workflow
spec:
  version: 1.0.0
  parameters:
    type: object
    required: [what]
    properties:
      what:
        type: string
        title: What to do
  steps:
    - id: work
      task:
        title: \${{ parameters.what }}
        capabilities: [general]
`;

const useStyles = makeStyles(theme => ({
  // Kept free for the graph while there is none.
  preview: { minHeight: 340, paddingTop: theme.spacing(1) },
}));

/** Publishes a workflow, or a new version of one, with its problems and its graph shown before. */
export function PublishWorkflowDialog(props: {
  /** What to begin with; an example unless given. */
  source?: string;
  title: string;
  onClose: () => void;
  onPublished: (workflow: Workflow) => void;
}) {
  const classes = useStyles();
  const api = useDevartApi();
  const toasts = useToasts();
  const access = useAccess(workflowCreatePermission);
  const problemsId = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const { title, onClose, onPublished } = props;
  const [source, setSource] = useState(props.source ?? EXAMPLE);
  const known = useValidation(source);
  const problems = known?.validation?.problems;
  const steps = known?.validation?.steps;
  const wrongLines = useMemo(
    () => new Set((problems ?? []).map(({ line }) => line)),
    [problems],
  );

  return (
    <FormDialog
      wide
      title={title}
      submitLabel="Publish"
      onClose={onClose}
      onSubmit={async () => {
        if (!access.allowed) {
          throw new Error(access.reason);
        }
        if (source.trim() === '') {
          throw new Error('Write the workflow first.');
        }
        if (known?.source === source && problems && problems.length > 0) {
          if (area.current) {
            goTo(area.current, problems[0]);
          }
          throw new Error(`First fix ${plural(problems.length, 'problem')}.`);
        }
        const workflow = await api.workflows.publish({ source });
        toasts.success(`Published ${workflow.title} ${workflow.version}`);
        onPublished(workflow);
      }}
    >
      <SourceEditor
        ref={area}
        label="Source (YAML)"
        value={source}
        wrongLines={wrongLines}
        describedBy={problemsId}
        onChange={setSource}
      />
      <Problems
        id={problemsId}
        source={source}
        known={known}
        onGoTo={problem => {
          if (area.current) {
            goTo(area.current, problem);
          }
        }}
      />
      <div className={classes.preview}>
        {steps ? (
          <DefinitionSteps title="Preview" steps={steps} />
        ) : (
          <EmptyState title="The graph appears here when nothing is wrong" />
        )}
      </div>
    </FormDialog>
  );
}
