import {
  workflowCreatePermission,
  workflowRunPermission,
  type OperationOutput,
  type operations,
  type Workflow,
} from '@devart/plugin-devart-common';
import { useState } from 'react';
import { useAccess } from '../../access';
import { useDevartApi } from '../../api';
import {
  ActionMenu,
  ActorLabel,
  DataTable,
  PagedList,
  Panel,
  RelativeTime,
  useToasts,
  type Column,
} from '../../components';
import { useLivePages } from '../../live';
import { useLinks, useNavigate } from '../../navigation';
import { PublishWorkflowDialog } from '../publish';
import { RunWorkflowDialog } from '../RunWorkflowDialog';
import { CompareVersions } from './CompareVersions';
import { SourceDialog } from './SourceDialog';

type Version = OperationOutput<
  typeof operations.workflows.versions
>['items'][number];

type Open =
  | { kind: 'run'; version: string }
  | { kind: 'source'; version: string; source: string }
  | { kind: 'publish'; source: string };

/** The published versions of a workflow, what can be done with each, and how they differ. */
export function VersionsPanel({ workflow }: { workflow: Workflow }) {
  const api = useDevartApi();
  const toasts = useToasts();
  const links = useLinks();
  const navigate = useNavigate();
  const mayRun = useAccess(workflowRunPermission);
  const mayPublish = useAccess(workflowCreatePermission);
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const pages = useLivePages<Version>(
    {
      topics: ['workflow', 'run'],
      minimumIntervalMs: 2000,
      pageSize: 10,
      loadPage: (page, signal) =>
        api.workflows.versions({ id: workflow.id, ...page }, { signal }),
    },
    [api, workflow.id],
  );

  const withSource = async (version: string, kind: 'source' | 'publish') => {
    try {
      const { source } = await api.workflows.version({
        id: workflow.id,
        version,
      });
      setOpen({ kind, version, source });
    } catch (error) {
      toasts.failure(`Version ${version} could not be read`, error);
    }
  };

  const columns: Column<Version>[] = [
    { header: 'Version', render: ({ version }) => version },
    {
      header: 'Published',
      render: ({ publishedBy, publishedAt }) => (
        <>
          <RelativeTime at={publishedAt} /> by{' '}
          <ActorLabel actor={publishedBy} />
        </>
      ),
    },
    { header: 'Runs', hideBelow: 'Sm', render: ({ runs }) => runs },
    {
      header: 'Actions',
      render: ({ version }) => (
        <ActionMenu
          label={`Actions for version ${version}`}
          actions={[
            {
              label: 'Show the source',
              onSelect: () => withSource(version, 'source'),
            },
            {
              label: 'Run this version',
              disabledReason: mayRun.allowed ? undefined : mayRun.reason,
              onSelect: () => setOpen({ kind: 'run', version }),
            },
            {
              label: 'Publish it again as a new version',
              disabledReason: whyNotPublish(workflow, mayPublish),
              onSelect: () => withSource(version, 'publish'),
            },
          ]}
        />
      ),
    },
  ];

  return (
    <Panel title="Versions">
      <PagedList pages={pages} skeletonRows={3} empty={null}>
        {items => (
          <>
            <DataTable
              label="Versions"
              columns={columns}
              rows={items}
              rowKey={({ version }) => version}
            />
            {items.length > 1 && (
              <CompareVersions
                workflowId={workflow.id}
                versions={items.map(({ version }) => version)}
              />
            )}
          </>
        )}
      </PagedList>
      {open?.kind === 'run' && (
        <RunWorkflowDialog
          workflow={workflow}
          version={open.version}
          onClose={close}
          onStarted={run => navigate(links.run(run.id))}
        />
      )}
      {open?.kind === 'source' && (
        <SourceDialog
          title={`${workflow.title} ${open.version}`}
          source={open.source}
          onClose={close}
        />
      )}
      {open?.kind === 'publish' && (
        <PublishWorkflowDialog
          title={`Publish ${workflow.title} again`}
          source={open.source}
          onClose={close}
          onPublished={close}
        />
      )}
    </Panel>
  );
}

/** Why no version of a workflow can be published here; undefined when it can. */
export function whyNotPublish(
  workflow: Workflow,
  access: ReturnType<typeof useAccess>,
): string | undefined {
  if (!access.allowed) {
    return access.reason;
  }
  return workflow.managedBy === 'catalog'
    ? 'It is written in the catalog; change it in its file.'
    : undefined;
}
