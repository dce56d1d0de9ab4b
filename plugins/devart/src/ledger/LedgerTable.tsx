import {
  ledgerCorrectPermission,
  type LedgerEntry,
} from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import SuspenseIcon from '@material-ui/icons/HelpOutline';
import { useState } from 'react';
import { useAccess } from '../access';
import {
  ActionMenu,
  ActorLabel,
  DataTable,
  EntityLink,
  IconLabel,
  Money,
  RelativeTime,
  type Column,
} from '../components';
import { LEDGER_KIND_EXPLANATIONS, LEDGER_KIND_WORDS } from '../format';
import { Link, useLinks } from '../navigation';
import { CorrectEntryDialog } from './CorrectEntryDialog';

const useStyles = makeStyles(theme => ({
  // The theme's grey is too faint on striped rows.
  quiet: {
    ...theme.typography.caption,
    overflowWrap: 'anywhere',
  },
}));

function nameOf({ id, name }: { id: string; name?: string }): string {
  return name ?? id;
}

/** Entries of the ledger as rows. */
export function LedgerTable(props: {
  label: string;
  entries: readonly LedgerEntry[];
  onCorrected: () => Promise<void>;
}) {
  const classes = useStyles();
  const links = useLinks();
  const access = useAccess(ledgerCorrectPermission);
  const { label, entries, onCorrected } = props;
  const [correcting, setCorrecting] = useState<LedgerEntry>();

  const whyNotCorrect = ({ kind, correctedMicros }: LedgerEntry) => {
    if (!access.allowed) {
      return access.reason;
    }
    if (kind === 'correction') {
      return 'A correction is not corrected.';
    }
    return correctedMicros === undefined
      ? undefined
      : 'It was corrected already, and is once only.';
  };

  const columns: Column<LedgerEntry>[] = [
    { header: 'When', render: ({ at }) => <RelativeTime at={at} /> },
    {
      header: 'Service',
      render: ({ service, model, delegatedFrom }) => (
        <>
          {nameOf(service)}
          {model && <div className={classes.quiet}>{model}</div>}
          {delegatedFrom.length > 0 && (
            <div className={classes.quiet}>
              paid instead of {delegatedFrom.map(nameOf).join(', ')}
            </div>
          )}
        </>
      ),
    },
    {
      header: 'Kind',
      hideBelow: 'Sm',
      render: ({ kind, reason }) => (
        <>
          {kind === 'suspense' ? (
            <IconLabel
              Icon={SuspenseIcon}
              tone="warning"
              title={LEDGER_KIND_EXPLANATIONS[kind]}
            >
              {LEDGER_KIND_WORDS[kind]}
            </IconLabel>
          ) : (
            <span title={LEDGER_KIND_EXPLANATIONS[kind]}>
              {LEDGER_KIND_WORDS[kind]}
            </span>
          )}
          {reason && <div className={classes.quiet}>{reason}</div>}
        </>
      ),
    },
    {
      header: 'For',
      render: ({ task, run, agent, actor }) => (
        <>
          {task && <Link to={links.task(task.id)}>{nameOf(task)}</Link>}
          {!task && run && <Link to={links.run(run.id)}>{nameOf(run)}</Link>}
          <div className={classes.quiet}>
            {agent ? (
              <Link to={links.agent(agent.id)}>{nameOf(agent)}</Link>
            ) : (
              <ActorLabel actor={actor} />
            )}
          </div>
        </>
      ),
    },
    {
      header: 'About',
      hideBelow: 'Lg',
      render: ({ entityRef, team }) => (
        <>
          {entityRef ? <EntityLink entityRef={entityRef} /> : '–'}
          {team && <div className={classes.quiet}>{team}</div>}
        </>
      ),
    },
    {
      header: 'Used',
      hideBelow: 'Md',
      render: ({ inputTokens, outputTokens, quantity }) =>
        inputTokens !== undefined || outputTokens !== undefined ? (
          <>
            {(inputTokens ?? 0).toLocaleString()} in,{' '}
            {(outputTokens ?? 0).toLocaleString()} out
          </>
        ) : (
          (quantity?.toLocaleString() ?? '–')
        ),
    },
    {
      header: 'Amount',
      align: 'right',
      render: ({ amountMicros, correctedMicros }) => (
        <>
          <Money micros={amountMicros} />
          {correctedMicros !== undefined && (
            <div className={classes.quiet}>
              truly <Money micros={correctedMicros} />
            </div>
          )}
        </>
      ),
    },
    {
      header: 'Actions',
      render: entry => (
        <ActionMenu
          label={`Actions for the entry of ${nameOf(entry.service)}, ${entry.requestId}`}
          actions={[
            {
              label: 'Correct',
              disabledReason: whyNotCorrect(entry),
              onSelect: () => setCorrecting(entry),
            },
          ]}
        />
      ),
    },
  ];
  return (
    <>
      <DataTable
        label={label}
        columns={columns}
        rows={entries}
        rowKey={({ id }) => id}
      />
      {correcting && (
        <CorrectEntryDialog
          entry={correcting}
          onClose={() => setCorrecting(undefined)}
          onCorrected={onCorrected}
        />
      )}
    </>
  );
}
