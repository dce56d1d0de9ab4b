import {
  workflowCreatePermission,
  type WorkflowSummary,
} from '@devart/plugin-devart-common';
import AddIcon from '@material-ui/icons/Add';
import { useState } from 'react';
import { useDevartApi } from '../../api';
import { ActionButton, EmptyState } from '../../components';
import { HaltNotice } from '../../halt';
import { useLivePages } from '../../live';
import { useLinks, useNavigate } from '../../navigation';
import { PublishWorkflowDialog, WorkflowTable } from '../../workflows';
import { FilteredList, PageHead, useUrlFilters } from '../shared';

const NAMES = ['text'] as const;

/** All workflows, with how they do. */
export function WorkflowsPage() {
  const api = useDevartApi();
  const links = useLinks();
  const navigate = useNavigate();
  const url = useUrlFilters(NAMES);
  const { text } = url.filters;
  const [publishing, setPublishing] = useState(false);
  const pages = useLivePages<WorkflowSummary>(
    {
      topics: ['workflow', 'run'],
      minimumIntervalMs: 1000,
      loadPage: (page, signal) =>
        api.workflows.list({ text, ...page }, { signal }),
    },
    [api, text],
  );
  const publish = (label: string, isMain: boolean) => (
    <ActionButton
      permission={workflowCreatePermission}
      {...(isMain
        ? {
            variant: 'contained',
            color: 'primary',
            size: 'medium',
            startIcon: <AddIcon aria-hidden />,
          }
        : {})}
      onClick={() => setPublishing(true)}
    >
      {label}
    </ActionButton>
  );

  return (
    <>
      <PageHead title="Workflows" actions={publish('Publish workflow', true)} />
      <HaltNotice />
      <FilteredList
        url={url}
        search={{ name: 'text', label: 'Search workflows' }}
        pages={pages}
        skeletonRows={6}
        noMatch="No workflow matches these filters"
        empty={
          <EmptyState
            title="There are no workflows yet"
            text="A workflow says which steps lead to a result: tasks for agents, approvals, pauses, requests. Write one here, or in the catalog as an entity of kind Workflow."
            action={publish('Publish the first workflow', false)}
          />
        }
      >
        {items => <WorkflowTable workflows={items} />}
      </FilteredList>
      {publishing && (
        <PublishWorkflowDialog
          title="Publish a workflow"
          onClose={() => setPublishing(false)}
          onPublished={({ id }) => {
            setPublishing(false);
            navigate(links.workflow(id));
          }}
        />
      )}
    </>
  );
}
